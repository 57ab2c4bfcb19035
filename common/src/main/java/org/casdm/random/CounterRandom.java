package org.casdm.random;

/**
 * Random numbers as a function of a key and a place: nothing is stored, any place can be asked for at any time, and
 * the same place has the same number on every machine.
 */
public final class CounterRandom {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double TWO_TO_MINUS_53 = 0x1p-53;

    private CounterRandom() {}

    /** A key from a seed and what else the numbers depend on, in order. */
    public static long key(long seed, long... parts) {
        long key = hash(seed);
        for (long part : parts) {
            key = mix(key ^ hash(part) + GOLDEN_GAMMA);
        }
        return key;
    }

    /** A hash of one number, every bit of which depends on all of its bits: SplitMix64 (Steele et al. 2014). */
    public static long hash(long value) {
        return mix(value + GOLDEN_GAMMA);
    }

    /** A hash of two numbers in this order. */
    public static long hash(long first, long second) {
        return hash(hash(first) ^ second);
    }

    /** 64 bits: SplitMix64's output function on a counter. */
    public static long bits(long key, long place) {
        return mix(mix(key) + (place + 1) * GOLDEN_GAMMA);
    }

    /** Uniform in [0, 1). */
    public static double uniform(long key, long place) {
        return (bits(key, place) >>> 11) * TWO_TO_MINUS_53;
    }

    /** Uniform in 0 .. bound - 1. */
    public static int below(long key, long place, int bound) {
        return (int) (uniform(key, place) * bound);
    }

    /**
     * Standard normal numbers of the places 0 .. count - 1, by Box and Muller's transform: two for each pair of places.
     *
     * @param offset where in {@code destination} the first one goes
     */
    public static void normal(long key, float[] destination, int offset, int count) {
        for (int i = 0; i < count; i += 2) {
            double radius = Math.sqrt(-2 * StrictMath.log(1 - uniform(key, i)));
            double angle = 2 * Math.PI * uniform(key, i + 1);
            destination[offset + i] = (float) (radius * StrictMath.cos(angle));
            if (i + 1 < count) {
                destination[offset + i + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
