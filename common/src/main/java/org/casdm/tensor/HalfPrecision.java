package org.casdm.tensor;

/**
 * Conversions of the two 16-bit floating-point formats, given as their bits: IEEE 754 binary16 (F16) and bfloat16
 * (BF16, the upper half of a binary32), which Java 17 lacks.
 */
public final class HalfPrecision {

    private static final float SMALLEST_SUBNORMAL = 0x1p-24f;

    private HalfPrecision() {}

    /** Exact. */
    public static float fromFloat16(short bits) {
        var sign = (bits & 0x8000) << 16;
        var exponent = (bits >>> 10) & 0x1f;
        var fraction = bits & 0x3ff;
        if (exponent == 0) {
            var magnitude = fraction * SMALLEST_SUBNORMAL;
            return sign == 0 ? magnitude : -magnitude;
        }
        var wideExponent = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | wideExponent << 23 | fraction << 13);
    }

    /** Rounds to nearest, ties to even; beyond the range to infinity; NaN stays NaN. */
    static short toFloat16(float value) {
        var bits = Float.floatToRawIntBits(value);
        var sign = (bits >>> 16) & 0x8000;
        var magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            // The upper payload bits, and the quiet bit so that it cannot become an infinity.
            return (short) (sign | 0x7c00 | 0x200 | (magnitude >>> 13) & 0x3ff);
        }
        if (magnitude >= 0x477ff000) {
            // 65520 and above: nearer to 2^16 than to 65504, the largest finite value.
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) {
            // Below 2^-14: a multiple of 2^-24. The scaling is exact and rint rounds ties to even.
            return (short) (sign | (int) Math.rint(Math.abs(value) / (double) SMALLEST_SUBNORMAL));
        }
        var rebiased = magnitude - ((127 - 15) << 23);
        // A carry out of the fraction rightly raises the exponent.
        return (short) (sign | (rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
    }

    /** Exact. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to nearest, ties to even; NaN stays NaN. */
    static short toBfloat16(float value) {
        var bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
