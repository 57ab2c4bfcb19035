package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;

/**
 * Softmax over the rows of a matrix on host memory in float32, and its gradient. A row's result depends on that row
 * alone: the arithmetic is Java's, which rounds alike whatever the row's place and the processor.
 *
 * <p>Memory is copied in whole rows into heap arrays that stay in the first-level cache. Loops are flat and short, for
 * the JIT compiler to turn into vector instructions.
 */
final class Softmax {

    /** Values of a tile. */
    private static final int TILE = 4096;
    /** Added and subtracted, it rounds a number under 2²² to an integer. */
    private static final float ROUNDING = 12582912f;

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts, of which the first has so few digits that its multiples are exact. */
    private static final float LN_2_HIGH = 0.693145752f;

    private static final float LN_2_LOW = 1.42860677e-6f;
    /** Powers of two go down to 2⁻⁶³: below that a value has no part in a sum that holds a 1. */
    private static final float LOWEST = -43.3f;

    private static final float POWER_32 = 1 / 4294967296f;

    private Softmax() {}

    /** Rows of a tile. */
    private static int rowsOfTile(int width) {
        return Math.max(1, TILE / width);
    }

    /** Replaces {@code rows} rows of {@code width} values, from {@code start} on, by their softmax. */
    static void forward(FloatBuffer values, int start, int rows, int width, Scratch scratch) {
        int most = rowsOfTile(width);
        float[] tile = scratch.tile(0, most * width);
        float[] powers = scratch.tile(1, most * width);
        for (int row = 0; row < rows; row += most) {
            int length = Math.min(most, rows - row) * width;
            values.get(start + row * width, tile, 0, length);
            for (int at = 0; at < length; at += width) {
                subtract(tile, at, width, maximum(tile, at, width));
            }
            exponential(tile, powers, length);
            for (int at = 0; at < length; at += width) {
                scale(tile, at, width, 1 / sum(tile, at, width));
            }
            values.put(start + row * width, tile, 0, length);
        }
    }

    /**
     * From the gradient of a softmax, which is overwritten, to that of its input.
     *
     * @param probabilities what the softmax has given, from {@code start} on
     * @param gradient from its beginning
     */
    static void backward(
            FloatBuffer probabilities, int start, FloatBuffer gradient, int rows, int width, Scratch scratch) {
        int most = rowsOfTile(width);
        float[] probability = scratch.tile(0, most * width);
        float[] values = scratch.tile(1, most * width);
        for (int row = 0; row < rows; row += most) {
            int length = Math.min(most, rows - row) * width;
            probabilities.get(start + row * width, probability, 0, length);
            gradient.get(row * width, values, 0, length);
            for (int at = 0; at < length; at += width) {
                gradient(probability, values, at, dot(probability, values, at, width), width);
            }
            gradient.put(row * width, values, 0, length);
        }
    }

    /**
     * e^x for x ≤ 0, to 3 units of the last place: 2^-n · e^r with |r| ≤ ln 2 / 2, the second factor by a polynomial.
     * The power of two is put together from the bits of n by arithmetic, as the JIT compiler has no vector instruction
     * for the way from a number to its bits.
     *
     * @param powers memory of the same length
     */
    static void exponential(float[] values, float[] powers, int length) {
        for (int i = 0; i < length; i++) {
            float x = Math.max(values[i], LOWEST);
            float n = Math.fma(x, LOG2_E, ROUNDING) - ROUNDING;
            float r = Math.fma(n, -LN_2_LOW, Math.fma(n, -LN_2_HIGH, x));
            float p = Math.fma(1.9875691500e-4f, r, 1.3981999507e-3f);
            p = Math.fma(p, r, 8.3334519073e-3f);
            p = Math.fma(p, r, 4.1665795894e-2f);
            p = Math.fma(p, r, 1.6666665459e-1f);
            p = Math.fma(p, r, 5.0000001201e-1f);
            values[i] = Math.fma(p, r * r, r) + 1;
            powers[i] = -n;
        }
        for (int i = 0; i < length; i++) {
            float n = powers[i];
            float half = Math.fma(n, 0.5f, -0.25f) + ROUNDING - ROUNDING;
            float quarter = Math.fma(half, 0.5f, -0.25f) + ROUNDING - ROUNDING;
            float eighth = Math.fma(quarter, 0.5f, -0.25f) + ROUNDING - ROUNDING;
            values[i] *= Math.fma(Math.fma(half, -2, n), -0.5f, 1)
                    * Math.fma(Math.fma(quarter, -2, half), -0.75f, 1)
                    * Math.fma(Math.fma(eighth, -2, quarter), -0.9375f, 1);
            powers[i] = eighth;
        }
        for (int i = 0; i < length; i++) {
            float n = powers[i];
            float half = Math.fma(n, 0.5f, -0.25f) + ROUNDING - ROUNDING;
            float quarter = Math.fma(half, 0.5f, -0.25f) + ROUNDING - ROUNDING;
            values[i] *= Math.fma(Math.fma(half, -2, n), -0.99609375f, 1)
                    * Math.fma(Math.fma(quarter, -2, half), -0.9999847412109375f, 1)
                    * Math.fma(quarter, POWER_32, 1 - quarter);
        }
    }

    private static float maximum(float[] values, int from, int length) {
        float first = values[from];
        float second = first;
        float third = first;
        float fourth = first;
        int i = from;
        int end = from + length;
        for (; i + 3 < end; i += 4) {
            first = Math.max(first, values[i]);
            second = Math.max(second, values[i + 1]);
            third = Math.max(third, values[i + 2]);
            fourth = Math.max(fourth, values[i + 3]);
        }
        for (; i < end; i++) {
            first = Math.max(first, values[i]);
        }
        return Math.max(Math.max(first, second), Math.max(third, fourth));
    }

    private static void subtract(float[] values, int from, int length, float subtrahend) {
        for (int i = from; i < from + length; i++) {
            values[i] -= subtrahend;
        }
    }

    private static void scale(float[] values, int from, int length, float factor) {
        for (int i = from; i < from + length; i++) {
            values[i] *= factor;
        }
    }

    private static float sum(float[] values, int from, int length) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        float sum4 = 0;
        float sum5 = 0;
        float sum6 = 0;
        float sum7 = 0;
        int i = from;
        int end = from + length;
        for (; i + 7 < end; i += 8) {
            sum0 += values[i];
            sum1 += values[i + 1];
            sum2 += values[i + 2];
            sum3 += values[i + 3];
            sum4 += values[i + 4];
            sum5 += values[i + 5];
            sum6 += values[i + 6];
            sum7 += values[i + 7];
        }
        for (; i < end; i++) {
            sum0 += values[i];
        }
        return sum0 + sum1 + (sum2 + sum3) + (sum4 + sum5 + (sum6 + sum7));
    }

    private static void gradient(float[] probabilities, float[] gradients, int from, float dot, int length) {
        for (int i = from; i < from + length; i++) {
            gradients[i] = probabilities[i] * (gradients[i] - dot);
        }
    }

    private static float dot(float[] a, float[] b, int from, int length) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = from;
        int end = from + length;
        for (; i + 3 < end; i += 4) {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }
        for (; i < end; i++) {
            sum0 += a[i] * b[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }
}
