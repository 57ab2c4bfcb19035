package org.casdm.network.nd4j.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * SiLU and its gradient by vector instructions, with {@code HostKernels}' approximation of the logistic function. Two
 * operations would take as long as all others together and are replaced: the minimum of floats by that of their bits, and
 * the division by Newton's iteration, which starts from the turned exponent.
 *
 * <p>Lengths are multiples of {@link VectorProducts#LANES}. All is in one method, since the JIT compiler makes an object of
 * each vector that a method it does not inline takes or gives.
 */
public final class VectorSilu {

    private static final VectorSpecies<Float> SPECIES = VectorProducts.SPECIES;

    private static final int MAGNITUDE = 0x7fffffff;
    /** The bits of 7.90531110763549805. */
    private static final int BOUND = 0x40fcf84f;
    /** Less the bits of x, it is about the bits of 1 / x: within 12 percent. */
    private static final int RECIPROCAL = 0x7ef311c7;

    private VectorSilu() {}

    /** values = silu(values · factors + offsets). */
    public static void forward(float[] values, float[] factors, float[] offsets, int length) {
        compute(values, factors, offsets, null, length);
    }

    /** gradients ·= the slope of SiLU at values · factors + offsets. */
    public static void backward(float[] values, float[] factors, float[] offsets, float[] gradients, int length) {
        compute(values, factors, offsets, gradients, length);
    }

    /** Gradients are null on the way forward; the JIT compiler takes that question out of the loop. */
    private static void compute(float[] values, float[] factors, float[] offsets, float[] gradients, int length) {
        for (int i = 0; i < length; i += VectorProducts.LANES) {
            var z = FloatVector.fromArray(SPECIES, values, i)
                    .fma(FloatVector.fromArray(SPECIES, factors, i), FloatVector.fromArray(SPECIES, offsets, i));
            var bits = z.mul(0.5f).reinterpretAsInts();
            var half = bits.and(MAGNITUDE).min(BOUND).or(bits.and(~MAGNITUDE)).reinterpretAsFloats();
            var square = half.mul(half);
            var numerator = square.mul(-2.76076847742355e-16f).add(2.00018790482477e-13f);
            numerator = numerator.fma(square, FloatVector.broadcast(SPECIES, -8.60467152213735e-11f));
            numerator = numerator.fma(square, FloatVector.broadcast(SPECIES, 5.12229709037114e-08f));
            numerator = numerator.fma(square, FloatVector.broadcast(SPECIES, 1.48572235717979e-05f));
            numerator = numerator.fma(square, FloatVector.broadcast(SPECIES, 6.37261928875436e-04f));
            numerator = numerator.fma(square, FloatVector.broadcast(SPECIES, 4.89352455891786e-03f));
            var denominator = square.mul(1.19825839466702e-06f).add(1.18534705686654e-04f);
            denominator = denominator.fma(square, FloatVector.broadcast(SPECIES, 2.26843463243900e-03f));
            denominator = denominator.fma(square, FloatVector.broadcast(SPECIES, 4.89352518554385e-03f));
            var reciprocal =
                    denominator.reinterpretAsInts().neg().add(RECIPROCAL).reinterpretAsFloats();
            denominator = denominator.neg();
            var two = FloatVector.broadcast(SPECIES, 2);
            reciprocal = reciprocal.mul(denominator.fma(reciprocal, two));
            reciprocal = reciprocal.mul(denominator.fma(reciprocal, two));
            reciprocal = reciprocal.mul(denominator.fma(reciprocal, two));
            var sigmoid = half.mul(numerator).mul(reciprocal).mul(0.5f).add(0.5f);
            if (gradients == null) {
                z.mul(sigmoid).intoArray(values, i);
            } else {
                var one = FloatVector.broadcast(SPECIES, 1);
                one.sub(sigmoid)
                        .fma(z, one)
                        .mul(sigmoid)
                        .mul(FloatVector.fromArray(SPECIES, gradients, i))
                        .intoArray(gradients, i);
            }
        }
    }
}
