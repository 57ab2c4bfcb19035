package org.casdm.lpips;

import java.util.Arrays;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.casdm.network.nd4j.kernel.ImageProducts;
import org.casdm.network.nd4j.kernel.Parallel;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link FeatureKernels} on host memory in float32. Rows of pixels are copied into small heap arrays, over which the
 * loops run. The result does not depend on the number of threads.
 */
final class HostFeatureKernels implements FeatureKernels {

    /** Positions that one task takes: the unit of work, whatever the number of threads. */
    private static final int POSITIONS = 256;

    private final Parallel parallel;

    HostFeatureKernels(int threads) {
        parallel = new Parallel(threads);
    }

    @Override
    public void multiply(INDArray input, INDArray weight, INDArray output) {
        ImageProducts.multiply(parallel, input, weight, output);
    }

    @Override
    public void maxPool(INDArray input, TrunkLayer.MaxPool layer, INDArray output) {
        int height = (int) input.size(1);
        int width = (int) input.size(2);
        int channels = (int) input.size(3);
        int outputHeight = (int) output.size(1);
        int outputWidth = (int) output.size(2);
        int row = width * channels;
        var x = HostMemory.floats(input);
        var y = HostMemory.floats(output);
        parallel.forEach((int) input.size(0), n -> {
            var highest = new float[row];
            var values = new float[row];
            var result = new float[outputWidth * channels];
            for (int oy = 0; oy < outputHeight; oy++) {
                int top = oy * layer.stride();
                int bottom = Math.min(top + layer.kernel(), height);
                x.get((n * height + top) * row, highest, 0, row);
                for (int iy = top + 1; iy < bottom; iy++) {
                    x.get((n * height + iy) * row, values, 0, row);
                    max(values, highest, row);
                }
                for (int ox = 0; ox < outputWidth; ox++) {
                    int left = ox * layer.stride();
                    int right = Math.min(left + layer.kernel(), width);
                    System.arraycopy(highest, left * channels, result, ox * channels, channels);
                    for (int ix = left + 1; ix < right; ix++) {
                        maxOfPixel(highest, ix * channels, result, ox * channels, channels);
                    }
                }
                y.put((n * outputHeight + oy) * result.length, result, 0, result.length);
            }
        });
    }

    @Override
    public void maxPoolBackward(
            INDArray input, TrunkLayer.MaxPool layer, INDArray outputGradient, INDArray inputGradient) {
        int height = (int) input.size(1);
        int width = (int) input.size(2);
        int channels = (int) input.size(3);
        int outputHeight = (int) outputGradient.size(1);
        int outputWidth = (int) outputGradient.size(2);
        int image = height * width * channels;
        int row = width * channels;
        var x = HostMemory.floats(input);
        var dy = HostMemory.floats(outputGradient);
        var dx = HostMemory.floats(inputGradient);
        parallel.forEach((int) input.size(0), n -> {
            var values = new float[layer.kernel() * row];
            var gradients = new float[outputWidth * channels];
            // The gradients of the rows that the window covers: they overlap with the next window's.
            var sums = new float[layer.kernel() * row];
            int summedFrom = 0;
            for (int oy = 0; oy < outputHeight; oy++) {
                int top = oy * layer.stride();
                int rows = Math.min(layer.kernel(), height - top);
                int done = Math.min(top - summedFrom, layer.kernel());
                dx.put(n * image + summedFrom * row, sums, 0, done * row);
                System.arraycopy(sums, done * row, sums, 0, sums.length - done * row);
                Arrays.fill(sums, sums.length - done * row, sums.length, 0);
                summedFrom = top;
                x.get(n * image + top * row, values, 0, rows * row);
                dy.get((n * outputHeight + oy) * gradients.length, gradients, 0, gradients.length);
                for (int ox = 0; ox < outputWidth; ox++) {
                    int left = ox * layer.stride();
                    int columns = Math.min(layer.kernel(), width - left);
                    for (int c = 0; c < channels; c++) {
                        int start = left * channels + c;
                        int at = firstMaximum(values, start, rows, row, columns, channels);
                        sums[at] += gradients[ox * channels + c];
                    }
                }
            }
            int rest = Math.min(layer.kernel(), height - summedFrom);
            dx.put(n * image + summedFrom * row, sums, 0, rest * row);
            // Rows that no window covers.
            Arrays.fill(sums, 0);
            for (int y = summedFrom + rest; y < height; y++) {
                dx.put(n * image + y * row, sums, 0, row);
            }
        });
    }

    private static int firstMaximum(float[] values, int start, int rows, int row, int columns, int channels) {
        int best = start;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int at = start + i * row + j * channels;
                if (values[at] > values[best]) {
                    best = at;
                }
            }
        }
        return best;
    }

    /** What happens to a range of positions of one image: pairs of feature vectors in heap arrays. */
    private interface Task {
        void run(int task, int image, int from, int count);
    }

    private int forEachRange(INDArray features, Task body) {
        int images = (int) features.size(0);
        int positions = (int) (features.size(1) * features.size(2));
        int parts = (positions + POSITIONS - 1) / POSITIONS;
        parallel.forEach(images * parts, task -> {
            int from = task % parts * POSITIONS;
            body.run(task, task / parts, from, Math.min(POSITIONS, positions - from));
        });
        return parts;
    }

    @Override
    public double[] distances(INDArray first, INDArray second, INDArray lin) {
        int channels = (int) first.size(3);
        int images = (int) first.size(0);
        int positions = (int) (first.size(1) * first.size(2));
        var a = HostMemory.floats(first);
        var b = HostMemory.floats(second);
        var weights = values(lin);
        var sums = new double[images * ((positions + POSITIONS - 1) / POSITIONS)];
        int parts = forEachRange(first, (task, image, from, count) -> {
            var one = new float[channels];
            var other = new float[channels];
            double sum = 0;
            for (int p = 0; p < count; p++) {
                int at = (image * positions + from + p) * channels;
                a.get(at, one);
                b.get(at, other);
                sum += weightedSquare(one, reciprocalNorm(one), other, reciprocalNorm(other), weights);
            }
            sums[task] = sum;
        });
        var distances = new double[images];
        for (int i = 0; i < sums.length; i++) {
            distances[i / parts] += sums[i] / positions;
        }
        return distances;
    }

    @Override
    public void distanceGradient(INDArray first, INDArray second, INDArray lin, INDArray gradient, boolean add) {
        int channels = (int) first.size(3);
        int positions = (int) (first.size(1) * first.size(2));
        var a = HostMemory.floats(first);
        var b = HostMemory.floats(second);
        var d = HostMemory.floats(gradient);
        // d distance / d unit vector = weights · (difference of unit vectors)
        var weights = values(lin);
        for (int c = 0; c < channels; c++) {
            weights[c] *= 2f / positions;
        }
        forEachRange(first, (task, image, from, count) -> {
            var one = new float[channels];
            var other = new float[channels];
            var result = new float[channels];
            for (int p = 0; p < count; p++) {
                int at = (image * positions + from + p) * channels;
                a.get(at, one);
                b.get(at, other);
                double norm = Math.sqrt(dot(one, one));
                if (norm == 0) {
                    Arrays.fill(result, 0);
                } else {
                    float reciprocal = (float) (1 / (norm + NORM_EPSILON));
                    unitGradient(one, reciprocal, other, reciprocalNorm(other), weights, result);
                    // d (f / (|f| + e)) = df / (|f| + e) - f (f·df) / (|f| (|f| + e)²)
                    float along = (float) (dot(result, one) / norm * reciprocal * reciprocal);
                    combine(result, reciprocal, one, along);
                }
                if (add) {
                    d.get(at, other);
                    addTo(other, result);
                }
                d.put(at, result);
            }
        });
    }

    private static float[] values(INDArray vector) {
        var values = new float[(int) vector.length()];
        HostMemory.floats(vector).get(values);
        return values;
    }

    private static float reciprocalNorm(float[] vector) {
        return (float) (1 / (Math.sqrt(dot(vector, vector)) + NORM_EPSILON));
    }

    @Override
    public void close() {
        parallel.close();
    }

    // Flat loops over heap arrays, for the JIT compiler.

    private static void max(float[] values, float[] highest, int length) {
        for (int i = 0; i < length; i++) {
            highest[i] = Math.max(highest[i], values[i]);
        }
    }

    private static void maxOfPixel(float[] values, int from, float[] highest, int to, int length) {
        for (int i = 0; i < length; i++) {
            highest[to + i] = Math.max(highest[to + i], values[from + i]);
        }
    }

    private static float dot(float[] a, float[] b) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        // All widths of features are multiples of 4.
        for (int i = 0; i + 3 < a.length; i += 4) {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    private static float weightedSquare(float[] a, float aScale, float[] b, float bScale, float[] weights) {
        float even = 0;
        float odd = 0;
        for (int i = 0; i + 1 < a.length; i += 2) {
            float first = a[i] * aScale - b[i] * bScale;
            float second = a[i + 1] * aScale - b[i + 1] * bScale;
            even += first * first * weights[i];
            odd += second * second * weights[i + 1];
        }
        return even + odd;
    }

    private static void unitGradient(
            float[] a, float aScale, float[] b, float bScale, float[] weights, float[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = weights[i] * (a[i] * aScale - b[i] * bScale);
        }
    }

    private static void combine(float[] gradient, float factor, float[] values, float valueFactor) {
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = gradient[i] * factor - values[i] * valueFactor;
        }
    }

    private static void addTo(float[] source, float[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] += source[i];
        }
    }
}
