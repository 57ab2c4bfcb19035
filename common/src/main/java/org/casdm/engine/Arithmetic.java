package org.casdm.engine;

import java.io.Serializable;

/**
 * How numbers are computed.
 *
 * @param precision of products and convolutions; parameters, statistics of normalisation, losses and the optimizer are
 *        float32 always
 * @param threads host threads of one worker, at least 1
 */
public record Arithmetic(Precision precision, int threads) implements Serializable {

    /** The types of number that products and convolutions are computed in. */
    public enum Precision {
        /** 32 bits throughout. */
        FLOAT32,
        /** 32 bits, whose products a GPU rounds to 10 bits of mantissa first. */
        TF32,
        /** bfloat16: 8 bits of exponent, 7 of mantissa. */
        BF16
    }

    /** Float32. */
    public static Arithmetic float32(int threads) {
        return new Arithmetic(Precision.FLOAT32, threads);
    }
}
