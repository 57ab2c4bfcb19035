package org.casdm.sampling;

/** Where the fresh noise of a sampler's steps comes from. */
@FunctionalInterface
public interface StepNoise {

    /**
     * Writes standard normal noise.
     *
     * @param step the respaced step that is left; not asked where a step adds no noise
     * @param target [images, height, width, channels], to be overwritten
     */
    void fill(int step, float[] target);
}
