package org.casdm.network.nd4j.kernel.vector;

import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.A;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.A2;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.AT_A;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.AT_B;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.AT_ZERO;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.B;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.B2;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@code WinogradTransforms}, by vector instructions: each method treats as many neighbours as a vector has elements. It
 * reads {@code from[at + i · step]} and writes {@code to[place + i · stride]}.
 */
public final class VectorWinogradTransforms {

    private static final VectorSpecies<Float> SPECIES = VectorProducts.SPECIES;

    private VectorWinogradTransforms() {}

    /** From six inputs to their values at the six points. */
    public static void input(float[] from, int at, int step, float[] to, int place, int stride) {
        var d0 = FloatVector.fromArray(SPECIES, from, at);
        var d1 = FloatVector.fromArray(SPECIES, from, at + step);
        var d2 = FloatVector.fromArray(SPECIES, from, at + 2 * step);
        var d3 = FloatVector.fromArray(SPECIES, from, at + 3 * step);
        var d4 = FloatVector.fromArray(SPECIES, from, at + 4 * step);
        var d5 = FloatVector.fromArray(SPECIES, from, at + 5 * step);
        d2.fma(FloatVector.broadcast(SPECIES, -A2 - B2), d0.fma(FloatVector.broadcast(SPECIES, A2 * B2), d4))
                .intoArray(to, place);
        var even = d2.fma(FloatVector.broadcast(SPECIES, -B2), d4);
        var odd = d1.fma(FloatVector.broadcast(SPECIES, -B2), d3).mul(FloatVector.broadcast(SPECIES, A));
        even.add(odd).intoArray(to, place + stride);
        even.sub(odd).intoArray(to, place + 2 * stride);
        even = d2.fma(FloatVector.broadcast(SPECIES, -A2), d4);
        odd = d1.fma(FloatVector.broadcast(SPECIES, -A2), d3).mul(FloatVector.broadcast(SPECIES, B));
        even.add(odd).intoArray(to, place + 3 * stride);
        even.sub(odd).intoArray(to, place + 4 * stride);
        d3.fma(FloatVector.broadcast(SPECIES, -A2 - B2), d1.fma(FloatVector.broadcast(SPECIES, A2 * B2), d5))
                .intoArray(to, place + 5 * stride);
    }

    /** From the values at the points to four outputs, with the biases from {@code atBias} on added to each. */
    public static void output(
            float[] from, int at, int step, float[] biases, int atBias, float[] to, int place, int stride) {
        var bias = FloatVector.fromArray(SPECIES, biases, atBias);
        var v1 = FloatVector.fromArray(SPECIES, from, at + step);
        var v2 = FloatVector.fromArray(SPECIES, from, at + 2 * step);
        var v3 = FloatVector.fromArray(SPECIES, from, at + 3 * step);
        var v4 = FloatVector.fromArray(SPECIES, from, at + 4 * step);
        var sumA = v1.add(v2);
        var differenceA = v1.sub(v2);
        var sumB = v3.add(v4);
        var differenceB = v3.sub(v4);
        FloatVector.fromArray(SPECIES, from, at).add(sumA).add(sumB).add(bias).intoArray(to, place);
        differenceA
                .fma(FloatVector.broadcast(SPECIES, A), differenceB.mul(FloatVector.broadcast(SPECIES, B)))
                .add(bias)
                .intoArray(to, place + stride);
        sumA.fma(FloatVector.broadcast(SPECIES, A2), sumB.mul(FloatVector.broadcast(SPECIES, B2)))
                .add(bias)
                .intoArray(to, place + 2 * stride);
        differenceA
                .fma(
                        FloatVector.broadcast(SPECIES, A * A2),
                        differenceB.fma(
                                FloatVector.broadcast(SPECIES, B * B2),
                                FloatVector.fromArray(SPECIES, from, at + 5 * step)))
                .add(bias)
                .intoArray(to, place + 3 * stride);
    }

    /** The transposed {@link #output}: from four gradients to those of the six values. */
    public static void outputGradient(float[] from, int at, int step, float[] to, int place, int stride) {
        var g0 = FloatVector.fromArray(SPECIES, from, at);
        var g1 = FloatVector.fromArray(SPECIES, from, at + step);
        var g2 = FloatVector.fromArray(SPECIES, from, at + 2 * step);
        var g3 = FloatVector.fromArray(SPECIES, from, at + 3 * step);
        g0.intoArray(to, place);
        var even = g2.fma(FloatVector.broadcast(SPECIES, A2), g0);
        var odd = g3.fma(FloatVector.broadcast(SPECIES, A2), g1).mul(FloatVector.broadcast(SPECIES, A));
        even.add(odd).intoArray(to, place + stride);
        even.sub(odd).intoArray(to, place + 2 * stride);
        even = g2.fma(FloatVector.broadcast(SPECIES, B2), g0);
        odd = g3.fma(FloatVector.broadcast(SPECIES, B2), g1).mul(FloatVector.broadcast(SPECIES, B));
        even.add(odd).intoArray(to, place + 3 * stride);
        even.sub(odd).intoArray(to, place + 4 * stride);
        g3.intoArray(to, place + 5 * stride);
    }

    /** From three weights to their values at the points. */
    public static void kernel(float[] from, int at, int step, float[] to, int place, int stride) {
        var w0 = FloatVector.fromArray(SPECIES, from, at);
        var w1 = FloatVector.fromArray(SPECIES, from, at + step);
        var w2 = FloatVector.fromArray(SPECIES, from, at + 2 * step);
        w0.mul(FloatVector.broadcast(SPECIES, AT_ZERO)).intoArray(to, place);
        var even = w2.fma(FloatVector.broadcast(SPECIES, A2), w0).mul(FloatVector.broadcast(SPECIES, AT_A));
        var odd = w1.mul(FloatVector.broadcast(SPECIES, A * AT_A));
        even.add(odd).intoArray(to, place + stride);
        even.sub(odd).intoArray(to, place + 2 * stride);
        even = w2.fma(FloatVector.broadcast(SPECIES, B2), w0).mul(FloatVector.broadcast(SPECIES, AT_B));
        odd = w1.mul(FloatVector.broadcast(SPECIES, B * AT_B));
        even.add(odd).intoArray(to, place + 3 * stride);
        even.sub(odd).intoArray(to, place + 4 * stride);
        w2.intoArray(to, place + 5 * stride);
    }

    /** The transposed {@link #kernel}: from gradients of the values to those of three weights. */
    public static void kernelGradient(float[] from, int at, int step, float[] to, int place, int stride) {
        var v1 = FloatVector.fromArray(SPECIES, from, at + step);
        var v2 = FloatVector.fromArray(SPECIES, from, at + 2 * step);
        var v3 = FloatVector.fromArray(SPECIES, from, at + 3 * step);
        var v4 = FloatVector.fromArray(SPECIES, from, at + 4 * step);
        var sumA = v1.add(v2);
        var differenceA = v1.sub(v2);
        var sumB = v3.add(v4);
        var differenceB = v3.sub(v4);
        sumA.fma(
                        FloatVector.broadcast(SPECIES, AT_A),
                        sumB.fma(
                                FloatVector.broadcast(SPECIES, AT_B),
                                FloatVector.fromArray(SPECIES, from, at).mul(FloatVector.broadcast(SPECIES, AT_ZERO))))
                .intoArray(to, place);
        differenceA
                .fma(
                        FloatVector.broadcast(SPECIES, A * AT_A),
                        differenceB.mul(FloatVector.broadcast(SPECIES, B * AT_B)))
                .intoArray(to, place + stride);
        sumA.fma(
                        FloatVector.broadcast(SPECIES, A2 * AT_A),
                        sumB.fma(
                                FloatVector.broadcast(SPECIES, B2 * AT_B),
                                FloatVector.fromArray(SPECIES, from, at + 5 * step)))
                .intoArray(to, place + 2 * stride);
    }
}
