package org.casdm.network.nd4j;

/** Random bits as a function of a key and a place: nothing is stored, any place can be asked for at any time. */
public final class CounterRandom {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private CounterRandom() {
    }

    /** 64 bits: the output function of SplitMix64 (Steele et al. 2014) on a counter. */
    public static long bits(long key, long place) {
        return mix(mix(key) + (place + 1) * GOLDEN_GAMMA);
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
