package org.casdm.sampling;

/** Where the sampler's x_T come from. */
@FunctionalInterface
public interface InitialNoise {

    /**
     * Writes an image's x_T.
     *
     * @param image the image's number, 0 or more
     * @param values receives the noise, rows × columns × channels, channel last
     * @param from first value to write
     * @param count values of an image
     */
    void fill(long image, float[] values, int from, int count);
}
