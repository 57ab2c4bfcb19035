package org.casdm.network.nd4j.kernel;

import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.A;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.A2;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.AT_A;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.AT_B;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.AT_ZERO;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.B;
import static org.casdm.network.nd4j.kernel.vector.WinogradPoints.B2;

/**
 * The transforms of Winograd's minimal filtering F(4×4, 3×3) (Lavin &amp; Gray, arXiv 1509.09308): a window of 6×6
 * inputs, a kernel of 3×3 and a tile of 4×4 outputs become polynomials' values at six points in either direction, whose
 * products need 36 multiplications where the sum over the kernel needs 144.
 *
 * <p>The points are 0, ±5/8, ±3/2 and infinity: all that follows from them but the kernel's divisors is exact in
 * float32, and rounding errors are half of those of the usual 0, ±1, ±2 (measured over 64 to 512 channels: the result
 * is off by 0.8 to 1.5 millionth, and by 0.3 with the plain sum). Each transform here goes along one direction; arrays
 * hold many channels and places, and the loops are so short since the JIT compiler vectorises only short ones.
 */
final class WinogradTransforms {

    private WinogradTransforms() {}

    /** From six inputs in a row to their values at the points. */
    static void input(float[][] inputs, float[][] values, int length) {
        end(inputs[4], inputs[2], inputs[0], values[0], length);
        pair(inputs[4], inputs[2], -B2, inputs[3], inputs[1], -B2, A, values[1], values[2], length);
        pair(inputs[4], inputs[2], -A2, inputs[3], inputs[1], -A2, B, values[3], values[4], length);
        end(inputs[5], inputs[3], inputs[1], values[5], length);
    }

    /** From the values at the points to four outputs in a row; the values are overwritten. */
    static void output(float[][] values, float[][] outputs, int length) {
        sumAndDifference(values[1], values[2], length);
        sumAndDifference(values[3], values[4], length);
        sum(values[0], values[1], values[3], outputs[0], length);
        combine(values[2], A, values[4], B, outputs[1], length);
        combine(values[1], A2, values[3], B2, outputs[2], length);
        combine(values[2], A * A2, values[4], B * B2, values[5], outputs[3], length);
    }

    /** The transposed {@link #output}: from four gradients in a row to those of the values; the ends are shared. */
    static void outputGradient(float[][] gradients, float[][] values, int length) {
        System.arraycopy(gradients[0], 0, values[0], 0, length);
        pair(gradients[0], gradients[2], A2, gradients[1], gradients[3], A2, A, values[1], values[2], length);
        pair(gradients[0], gradients[2], B2, gradients[1], gradients[3], B2, B, values[3], values[4], length);
        System.arraycopy(gradients[3], 0, values[5], 0, length);
    }

    /** From three weights in a row to their values at the points. */
    static void kernel(float[][] weights, float[][] values, int length) {
        scale(weights[0], AT_ZERO, values[0], length);
        kernelPair(weights[0], weights[2], A2, AT_A, weights[1], A * AT_A, values[1], values[2], length);
        kernelPair(weights[0], weights[2], B2, AT_B, weights[1], B * AT_B, values[3], values[4], length);
        System.arraycopy(weights[2], 0, values[5], 0, length);
    }

    /** The transposed {@link #kernel}: from gradients of the values to those of three weights; values are overwritten. */
    static void kernelGradient(float[][] values, float[][] gradients, int length) {
        sumAndDifference(values[1], values[2], length);
        sumAndDifference(values[3], values[4], length);
        scale(values[0], AT_ZERO, values[0], length);
        combine(values[1], AT_A, values[3], AT_B, values[0], gradients[0], length);
        combine(values[2], A * AT_A, values[4], B * AT_B, gradients[1], length);
        combine(values[1], A2 * AT_A, values[3], B2 * AT_B, values[5], gradients[2], length);
    }

    /** Of each row the array with that index. */
    static float[][] column(float[][][] rows, int index) {
        var column = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            column[i] = rows[i][index];
        }
        return column;
    }

    private static void end(float[] fourth, float[] second, float[] zeroth, float[] out, int length) {
        for (int i = 0; i < length; i++) {
            out[i] = fourth[i] - (A2 + B2) * second[i] + A2 * B2 * zeroth[i];
        }
    }

    /** e + o and e - o, where e = a + factor · b and o = slope · (c + oddFactor · d). */
    private static void pair(
            float[] a,
            float[] b,
            float factor,
            float[] c,
            float[] d,
            float oddFactor,
            float slope,
            float[] plus,
            float[] minus,
            int length) {
        for (int i = 0; i < length; i++) {
            float even = a[i] + factor * b[i];
            float odd = slope * (c[i] + oddFactor * d[i]);
            plus[i] = even + odd;
            minus[i] = even - odd;
        }
    }

    private static void kernelPair(
            float[] a,
            float[] b,
            float factor,
            float divisor,
            float[] c,
            float slope,
            float[] plus,
            float[] minus,
            int length) {
        for (int i = 0; i < length; i++) {
            float even = divisor * (a[i] + factor * b[i]);
            float odd = slope * c[i];
            plus[i] = even + odd;
            minus[i] = even - odd;
        }
    }

    private static void sumAndDifference(float[] a, float[] b, int length) {
        for (int i = 0; i < length; i++) {
            float x = a[i];
            float y = b[i];
            a[i] = x + y;
            b[i] = x - y;
        }
    }

    private static void sum(float[] a, float[] b, float[] c, float[] out, int length) {
        for (int i = 0; i < length; i++) {
            out[i] = a[i] + b[i] + c[i];
        }
    }

    private static void scale(float[] a, float factor, float[] out, int length) {
        for (int i = 0; i < length; i++) {
            out[i] = factor * a[i];
        }
    }

    private static void combine(float[] a, float factorA, float[] b, float factorB, float[] out, int length) {
        for (int i = 0; i < length; i++) {
            out[i] = factorA * a[i] + factorB * b[i];
        }
    }

    private static void combine(
            float[] a, float factorA, float[] b, float factorB, float[] c, float[] out, int length) {
        for (int i = 0; i < length; i++) {
            out[i] = factorA * a[i] + factorB * b[i] + c[i];
        }
    }
}
