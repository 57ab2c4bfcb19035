package org.casdm.data;

/** Hashes of numbers: splitmix64's output function (Steele, Lea and Flood 2014), the same on every machine. */
final class Mixing {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Mixing() {}

    /** A hash of one number, every bit of which depends on all of its bits. */
    static long mix(long value) {
        long z = value + GOLDEN_GAMMA;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** A hash of two numbers in this order. */
    static long mix(long first, long second) {
        return mix(mix(first) ^ second);
    }
}
