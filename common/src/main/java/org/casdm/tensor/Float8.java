package org.casdm.tensor;

/**
 * The 8-bit floating-point formats, given as their bits; every value is a float exactly. E4M3 and E5M2 follow Micikevicius
 * et al., "FP8 Formats for Deep Learning" (arXiv 2209.05433), the FNUZ forms Noune et al. (arXiv 2206.02915), E8M0 the
 * OCP Microscaling specification.
 */
final class Float8 {

    private static final int E4M3_BIAS = 7;
    private static final int E5M2_BIAS = 15;
    private static final int E8M0_BIAS = 127;

    private Float8() {}

    /** No infinities; NaN is all ones. */
    static float fromE4m3(byte bits) {
        return (bits & 0x7f) == 0x7f ? Float.NaN : value(bits, 3, E4M3_BIAS);
    }

    /** No infinities; NaN is what would be negative zero. */
    static float fromE4m3Fnuz(byte bits) {
        return bits == Byte.MIN_VALUE ? Float.NaN : value(bits, 3, E4M3_BIAS + 1);
    }

    /** As in IEEE 754: the highest exponent has infinity and NaN. */
    static float fromE5m2(byte bits) {
        // The upper half of a binary16.
        return HalfPrecision.fromFloat16((short) (bits << Byte.SIZE));
    }

    /** No infinities; NaN is what would be negative zero. */
    static float fromE5m2Fnuz(byte bits) {
        return bits == Byte.MIN_VALUE ? Float.NaN : value(bits, 2, E5M2_BIAS + 1);
    }

    /** A power of two without a sign; NaN is all ones. */
    static float fromE8m0(byte bits) {
        int exponent = Byte.toUnsignedInt(bits);
        return exponent == 0xff ? Float.NaN : Math.scalb(1f, exponent - E8M0_BIAS);
    }

    private static float value(byte bits, int fractionBits, int bias) {
        int exponent = (bits & 0x7f) >>> fractionBits;
        int fraction = bits & (1 << fractionBits) - 1;
        float magnitude = exponent == 0
                ? Math.scalb((float) fraction, 1 - bias - fractionBits)
                : Math.scalb((float) (fraction | 1 << fractionBits), exponent - bias - fractionBits);
        return bits < 0 ? -magnitude : magnitude;
    }
}
