package org.casdm.network.nd4j.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@code Softmax} of one row in heap memory by vector instructions. What is left over at the end, where a width is no
 * multiple of a vector's, is done one by one.
 */
public final class VectorSoftmax {

    private static final VectorSpecies<Float> SPECIES = VectorProducts.SPECIES;
    private static final int LANES = VectorProducts.LANES;

    /** Added and subtracted, it rounds a number under 2²² to an integer, which is left in its lowest bits. */
    private static final float ROUNDING = 12582912f;

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts, of which the first has so few digits that its multiples are exact. */
    private static final float LN_2_HIGH = 0.693145752f;

    private static final float LN_2_LOW = 1.42860677e-6f;
    /** Below, a power of e is no normal number. */
    private static final float LOWEST = -86;

    private static final int MANTISSA_BITS = 23;

    private VectorSoftmax() {}

    /**
     * Replaces values by their softmax.
     *
     * @param lanes memory for {@link VectorProducts#LANES} floats
     */
    public static void forward(float[] values, int from, int to, float[] lanes) {
        float sum = exponential(values, from, to, maximum(values, from, to), lanes);
        scale(values, from, to, 1 / sum);
    }

    /**
     * From the gradient of a softmax, which is overwritten, to that of its input, times a factor.
     *
     * @param probabilities what the softmax has given
     * @param at where they begin
     * @param gradient from {@code from} to {@code to}
     * @param lanes memory for {@link VectorProducts#LANES} floats
     */
    public static void backward(
            float[] probabilities, int at, float[] gradient, int from, int to, float factor, float[] lanes) {
        int shift = at - from;
        var sums = FloatVector.zero(SPECIES);
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            sums = FloatVector.fromArray(SPECIES, probabilities, i + shift)
                    .fma(FloatVector.fromArray(SPECIES, gradient, i), sums);
        }
        sums.intoArray(lanes, 0);
        float dot = sum(lanes);
        for (; i < to; i++) {
            dot = Math.fma(probabilities[i + shift], gradient[i], dot);
        }
        for (i = from; i + LANES <= to; i += LANES) {
            FloatVector.fromArray(SPECIES, gradient, i)
                    .sub(dot)
                    .mul(factor)
                    .mul(FloatVector.fromArray(SPECIES, probabilities, i + shift))
                    .intoArray(gradient, i);
        }
        for (; i < to; i++) {
            gradient[i] = (gradient[i] - dot) * factor * probabilities[i + shift];
        }
    }

    private static float maximum(float[] values, int from, int to) {
        float maximum = Float.NEGATIVE_INFINITY;
        int i = from;
        if (from + LANES <= to) {
            var maxima = FloatVector.fromArray(SPECIES, values, i);
            for (i += LANES; i + LANES <= to; i += LANES) {
                maxima = maxima.max(FloatVector.fromArray(SPECIES, values, i));
            }
            maximum = maxima.reduceLanes(VectorOperators.MAX);
        }
        for (; i < to; i++) {
            maximum = Math.max(maximum, values[i]);
        }
        return maximum;
    }

    private static void scale(float[] values, int from, int to, float factor) {
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector.fromArray(SPECIES, values, i).mul(factor).intoArray(values, i);
        }
        for (; i < to; i++) {
            values[i] *= factor;
        }
    }

    /** In a fixed order, which {@code reduceLanes} does not promise: it may change when the JIT compiler comes. */
    private static float sum(float[] lanes) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[i] += lanes[i + width];
            }
        }
        return lanes[0];
    }

    /**
     * values = e^(values - subtrahend), and their sum: for exponents that are not positive, to 3 units of the last place: 2^n · e^r with
     * |r| ≤ ln 2 / 2, the second factor by a polynomial (that of the Cephes library's {@code expf}).
     *
     * <p>A loop and not a function of a vector: what the JIT compiler does not inline makes an object of each vector.
     */
    private static float exponential(float[] values, int from, int to, float subtrahend, float[] lanes) {
        var sums = FloatVector.zero(SPECIES);
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            var x = FloatVector.fromArray(SPECIES, values, i).sub(subtrahend).max(LOWEST);
            var shifted = x.mul(LOG2_E).add(ROUNDING);
            var n = shifted.sub(ROUNDING);
            var r = x.sub(n.mul(LN_2_HIGH)).sub(n.mul(LN_2_LOW));
            var p = r.mul(1.9875691500e-4f).add(1.3981999507e-3f);
            p = p.mul(r).add(8.3334519073e-3f);
            p = p.mul(r).add(4.1665795894e-2f);
            p = p.mul(r).add(1.6666665459e-1f);
            p = p.mul(r).add(5.0000001201e-1f);
            p = p.fma(r.mul(r), r).add(1);
            // n into the exponent, which begins where the mantissa ends.
            p = p.reinterpretAsInts()
                    .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA_BITS))
                    .reinterpretAsFloats();
            p.intoArray(values, i);
            sums = sums.add(p);
        }
        sums.intoArray(lanes, 0);
        float sum = sum(lanes);
        for (; i < to; i++) {
            values[i] = (float) Math.exp(Math.max(LOWEST, values[i] - subtrahend));
            sum += values[i];
        }
        return sum;
    }
}
