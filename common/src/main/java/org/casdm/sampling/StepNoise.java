package org.casdm.sampling;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the fresh noise of a sampler's steps comes from. */
@FunctionalInterface
public interface StepNoise {

    /**
     * Writes standard normal noise.
     *
     * @param step the respaced step that is left; not asked where a step adds no noise
     * @param target [images, height, width, channels], to be overwritten
     */
    void fill(int step, INDArray target);
}
