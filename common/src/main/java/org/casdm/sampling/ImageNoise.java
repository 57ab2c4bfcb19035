package org.casdm.sampling;

import org.casdm.network.nd4j.CounterRandom;

/**
 * Standard normal noise that belongs to an image: a function of seed, image, purpose and place, whatever the batch and
 * the machine.
 *
 * <p>With bits(key, n) = {@link CounterRandom#bits}, the key of an array is bits(bits(seed, image), stream): stream 0
 * is x_T, stream s + 1 the noise of leaving respaced step s. Values 2k and 2k + 1 come from the bits 2k and 2k + 1 of
 * that key by Box and Muller (1958): u, v are the upper 53 bits, u in (0, 1], v in [0, 1), and the values √(-2 ln u)
 * times cos 2πv and sin 2πv. {@link StrictMath} gives the same digits everywhere.
 *
 * @param seed of all images
 */
public record ImageNoise(long seed) {

    private static final int INITIAL_STREAM = 0;
    private static final double UNIT = 0x1p-53;

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
        long key = CounterRandom.bits(CounterRandom.bits(seed, image), stream);
        for (int place = 0; place < count; place += 2) {
            double u = ((CounterRandom.bits(key, place) >>> 11) + 1) * UNIT;
            double angle = 2 * Math.PI * ((CounterRandom.bits(key, place + 1) >>> 11) * UNIT);
            double radius = Math.sqrt(-2 * StrictMath.log(u));
            values[from + place] = (float) (radius * StrictMath.cos(angle));
            if (place + 1 < count) {
                values[from + place + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
    }
}
