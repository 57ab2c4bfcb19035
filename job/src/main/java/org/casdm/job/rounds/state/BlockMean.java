package org.casdm.job.rounds.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The mean of several workers' versions of a block of float32.
 *
 * <p>Sums are taken as in double precision, in the order of the list: repeatable bit for bit. A single version passes
 * through untouched. Works through pieces that stay in the processor's first cache. Not thread-safe.
 */
public final class BlockMean {

    private static final int PIECE = 2048;

    private final float[] values = new float[PIECE];
    private final float[] others = new float[PIECE];
    private final double[] sum = new double[PIECE];

    /**
     * Computes a mean.
     *
     * @param versions of the block, little-endian, all of the same length; their positions stay
     * @param mean     receives it, as long as they are; its position stays
     */
    public void compute(List<ByteBuffer> versions, ByteBuffer mean) {
        var inputs = versions.stream().map(BlockMean::floats).toArray(FloatBuffer[]::new);
        FloatBuffer output = floats(mean);
        int length = sameLength(inputs, output);
        if (inputs.length == 1) {
            output.put(inputs[0]);
            return;
        }
        if (inputs.length == 2) {
            ofTwo(inputs[0], inputs[1], output);
            return;
        }
        // Exact, and cheaper than a division, where the number of workers is a power of two.
        boolean multiply = Integer.bitCount(inputs.length) == 1;
        double factor = 1.0 / inputs.length;
        for (int done = 0; done < length; done += PIECE) {
            int count = Math.min(PIECE, length - done);
            inputs[0].get(values, 0, count);
            for (int i = 0; i < count; i++) {
                sum[i] = values[i];
            }
            for (int version = 1; version < inputs.length; version++) {
                inputs[version].get(values, 0, count);
                for (int i = 0; i < count; i++) {
                    sum[i] += values[i];
                }
            }
            if (multiply) {
                for (int i = 0; i < count; i++) {
                    values[i] = (float) (sum[i] * factor);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    values[i] = (float) (sum[i] / inputs.length);
                }
            }
            output.put(values, 0, count);
        }
    }

    /**
     * Computes a weighted mean: the sum of version times weight over the sum of weights. With equal weights it is
     * {@link #compute(List, ByteBuffer)}.
     *
     * @param weights one a version, at least 1
     */
    public void compute(List<ByteBuffer> versions, int[] weights, ByteBuffer mean) {
        if (IntStream.of(weights).allMatch(weight -> weight == weights[0])) {
            compute(versions, mean);
            return;
        }
        var inputs = versions.stream().map(BlockMean::floats).toArray(FloatBuffer[]::new);
        FloatBuffer output = floats(mean);
        int length = sameLength(inputs, output);
        double total = IntStream.of(weights).asLongStream().sum();
        for (int done = 0; done < length; done += PIECE) {
            int count = Math.min(PIECE, length - done);
            // Not from 0: a mean of negative zeros is one.
            Arrays.fill(sum, 0, count, -0.0);
            for (int version = 0; version < inputs.length; version++) {
                inputs[version].get(values, 0, count);
                for (int i = 0; i < count; i++) {
                    sum[i] += (double) weights[version] * values[i];
                }
            }
            for (int i = 0; i < count; i++) {
                values[i] = (float) (sum[i] / total);
            }
            output.put(values, 0, count);
        }
    }

    private static int sameLength(FloatBuffer[] inputs, FloatBuffer output) {
        int length = output.remaining();
        for (FloatBuffer input : inputs) {
            if (input.remaining() != length) {
                throw new IllegalStateException(
                        "workers' blocks differ in size: " + input.remaining() + " and " + length + " floats");
            }
        }
        return length;
    }

    /**
     * In float32, halves first, so that no sum leaves its range. Halving is exact and the sum is rounded once, as in
     * double precision, but for numbers below 2.4e-38: there the mean may be off by the smallest float, 1.4e-45.
     */
    private void ofTwo(FloatBuffer first, FloatBuffer second, FloatBuffer output) {
        int length = output.remaining();
        for (int done = 0; done < length; done += PIECE) {
            int count = Math.min(PIECE, length - done);
            first.get(values, 0, count);
            second.get(others, 0, count);
            for (int i = 0; i < count; i++) {
                values[i] = 0.5f * values[i] + 0.5f * others[i];
            }
            output.put(values, 0, count);
        }
    }

    private static FloatBuffer floats(ByteBuffer bytes) {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
