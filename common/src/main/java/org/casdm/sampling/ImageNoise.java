package org.casdm.sampling;

import org.casdm.random.CounterRandom;

/**
 * Standard normal noise that belongs to an image: a function of seed, image, purpose and place, whatever the batch and
 * the machine.
 *
 * <p>The key of an array is {@link CounterRandom#key} of seed, image and stream: stream 0 is x_T, stream s + 1 the
 * noise of leaving respaced step s.
 *
 * @param seed of all images
 */
public record ImageNoise(long seed) {

    private static final int INITIAL_STREAM = 0;

    /**
     * Fills in x_T.
     *
     * @param image the image's number
     * @param values receives the noise, rows × columns × channels, channel last
     * @param from first value to write
     * @param count values of an image
     */
    public void initial(long image, float[] values, int from, int count) {
        fill(image, INITIAL_STREAM, values, from, count);
    }

    /**
     * Fills in the noise that is added when leaving a respaced step.
     *
     * @param step 0 or more
     * @param image as for {@link #initial}
     * @param values as for {@link #initial}
     * @param from as for {@link #initial}
     * @param count as for {@link #initial}
     */
    public void ofStep(int step, long image, float[] values, int from, int count) {
        fill(image, INITIAL_STREAM + 1L + step, values, from, count);
    }

    private void fill(long image, long stream, float[] values, int from, int count) {
        CounterRandom.normal(CounterRandom.key(seed, image, stream), values, from, count);
    }
}
