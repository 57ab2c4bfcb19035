package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.FloatPointer;
// All, since Javadoc reads each class that is named here, and they need a module that it warns of.
import org.casdm.network.nd4j.kernel.vector.*;
import org.casdm.random.CounterRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Kernels} on host memory in float32.
 *
 * <p>Native memory is copied in tiles into small heap arrays that stay in the first-level cache, since loops over those
 * are what the JIT compiler turns into vector instructions. A tile is a whole number of rows of channels, and what
 * belongs to a channel is repeated along it, so that every loop runs flat over thousands of elements. Sums run in
 * float within a tile position and in double across. The result does not depend on the number of threads.
 */
public final class HostKernels implements Kernels {

    private static final int TILE = 1024;

    private final Parallel parallel;
    /** Native memory of all threads. */
    private final Queue<FloatPointer> matrices = new ConcurrentLinkedQueue<>();

    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(() -> new Scratch(matrices));
    private final SmallMapConvolution smallMaps;
    private final WinogradConvolution winograd;
    private final ImageConvolution images;
    private final HostAttention attention;
    /** Null, as {@link #vectorAttention}, where {@code VectorProducts} are not there or not faster. */
    private final VectorConvolution vectors;

    private final VectorAttention vectorAttention;

    public HostKernels(int threads) {
        this(threads, haveVectors() && VectorProducts.fast());
    }

    /** @param withVectors whether {@code VectorProducts} are used where they suit; needs the module they are of */
    HostKernels(int threads, boolean withVectors) {
        BlasThreads.stayInCallersThreads();
        parallel = new Parallel(threads);
        smallMaps = new SmallMapConvolution(parallel, scratch);
        winograd = new WinogradConvolution(parallel, scratch);
        vectors = withVectors ? new VectorConvolution(parallel, scratch) : null;
        vectorAttention = withVectors ? new VectorAttention(parallel, scratch) : null;
        images = new ImageConvolution(parallel, scratch, winograd, vectors);
        attention = new HostAttention(parallel, scratch);
    }

    /** Whether this JVM was started with {@code --add-modules jdk.incubator.vector}. */
    static boolean haveVectors() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static FloatBuffer memory(INDArray array) {
        return HostMemory.floats(array);
    }

    private static float[] copy(INDArray vector) {
        var values = new float[(int) vector.length()];
        memory(vector).get(values);
        return values;
    }

    private static int tileLength(int channels) {
        return Math.max(1, TILE / channels) * channels;
    }

    private static void spread(float[] perChannel, float[] tile, int length) {
        int channels = perChannel.length;
        for (int i = 0; i < length; i += channels) {
            System.arraycopy(perChannel, 0, tile, i, channels);
        }
    }

    private static void addPerChannel(float[] tile, int length, double[] sums) {
        int channels = sums.length;
        for (int i = 0; i < length; i += channels) {
            for (int c = 0; c < channels; c++) {
                sums[c] += tile[i + c];
            }
        }
    }

    @Override
    public void normalise(INDArray input, Norm norm, INDArray output, INDArray statistics) {
        int images = (int) input.size(0);
        int channels = (int) input.size(input.rank() - 1);
        int perImage = (int) (input.length() / images);
        int groups = norm.groups();
        int perGroup = channels / groups;
        double count = (double) perImage / groups;
        var x = memory(input);
        var y = memory(output);
        var stats = memory(statistics);
        var weight = copy(norm.weight());
        var bias = copy(norm.bias());
        var scaleShift = norm.scaleShift() == null ? null : memory(norm.scaleShift());
        int tile = tileLength(channels);
        parallel.forEach(images, n -> {
            var local = scratch.get();
            var values = local.tile(0, tile);
            var sums = local.tile(1, tile);
            var means = local.tile(2, tile);
            int start = n * perImage;
            Arrays.fill(sums, 0, tile, 0);
            for (int at = 0; at < perImage; at += tile) {
                int length = Math.min(tile, perImage - at);
                x.get(start + at, values, 0, length);
                add(values, sums, length);
            }
            var channelSums = new double[channels];
            addPerChannel(sums, tile, channelSums);
            var mean = new float[channels];
            for (int g = 0; g < groups; g++) {
                double sum = 0;
                for (int c = g * perGroup; c < (g + 1) * perGroup; c++) {
                    sum += channelSums[c];
                }
                Arrays.fill(mean, g * perGroup, (g + 1) * perGroup, (float) (sum / count));
            }
            spread(mean, means, tile);
            Arrays.fill(sums, 0, tile, 0);
            for (int at = 0; at < perImage; at += tile) {
                int length = Math.min(tile, perImage - at);
                x.get(start + at, values, 0, length);
                addSquaredDifference(values, means, sums, length);
            }
            Arrays.fill(channelSums, 0);
            addPerChannel(sums, tile, channelSums);
            for (int g = 0; g < groups; g++) {
                double sum = 0;
                for (int c = g * perGroup; c < (g + 1) * perGroup; c++) {
                    sum += channelSums[c];
                }
                stats.put((2 * n) * groups + g, mean[g * perGroup]);
                stats.put((2 * n + 1) * groups + g, (float) (1 / Math.sqrt(sum / count + NORM_EPSILON)));
            }
            var factors = local.tile(3, tile);
            var offsets = local.tile(4, tile);
            fold(n, stats, groups, weight, bias, scaleShift, factors, offsets, tile);
            for (int at = 0; at < perImage; at += tile) {
                int length = Math.min(tile, perImage - at);
                x.get(start + at, values, 0, length);
                if (norm.silu() && vectors != null && length % VectorProducts.LANES == 0) {
                    VectorSilu.forward(values, factors, offsets, length);
                } else if (norm.silu()) {
                    affineSilu(values, factors, offsets, length);
                } else {
                    affine(values, factors, offsets, length);
                }
                y.put(start + at, values, 0, length);
            }
        });
    }

    /** Normalisation, scale, shift and modulation of image n as one factor and offset for each channel. */
    private static void fold(
            int n,
            FloatBuffer stats,
            int groups,
            float[] weight,
            float[] bias,
            FloatBuffer scaleShift,
            float[] factors,
            float[] offsets,
            int tile) {
        int channels = weight.length;
        int perGroup = channels / groups;
        var factor = new float[channels];
        var offset = new float[channels];
        for (int c = 0; c < channels; c++) {
            float scale = scaleShift == null ? 1 : 1 + scaleShift.get(2 * n * channels + c);
            float shift = scaleShift == null ? 0 : scaleShift.get((2 * n + 1) * channels + c);
            float mean = stats.get((2 * n) * groups + c / perGroup);
            float reciprocal = stats.get((2 * n + 1) * groups + c / perGroup);
            factor[c] = reciprocal * weight[c] * scale;
            offset[c] = bias[c] * scale + shift - mean * factor[c];
        }
        spread(factor, factors, tile);
        spread(offset, offsets, tile);
    }

    @Override
    public void normaliseBackward(
            INDArray input,
            Norm norm,
            INDArray statistics,
            INDArray gradient,
            INDArray addend,
            INDArray weightGradient,
            INDArray biasGradient,
            INDArray scaleShiftGradient) {
        int images = (int) input.size(0);
        int channels = (int) input.size(input.rank() - 1);
        int perImage = (int) (input.length() / images);
        int groups = norm.groups();
        int perGroup = channels / groups;
        double count = (double) perImage / groups;
        var x = memory(input);
        var dy = memory(gradient);
        var plus = addend == null ? null : memory(addend);
        var stats = memory(statistics);
        var weight = copy(norm.weight());
        var bias = copy(norm.bias());
        var scaleShift = norm.scaleShift() == null ? null : memory(norm.scaleShift());
        int tile = tileLength(channels);
        // Per image and channel: Σ dz and Σ dz · normalised x.
        var gradientSums = new double[images][];
        var productSums = new double[images][];
        parallel.forEach(images, n -> {
            var local = scratch.get();
            var values = local.tile(0, tile);
            var gradients = local.tile(1, tile);
            var means = local.tile(2, tile);
            var factors = local.tile(3, tile);
            var offsets = local.tile(4, tile);
            var sums = local.tile(5, tile);
            var products = local.tile(6, tile);
            var slopes = local.tile(7, tile);
            int start = n * perImage;
            fold(n, stats, groups, weight, bias, scaleShift, factors, offsets, tile);
            var mean = new float[channels];
            for (int c = 0; c < channels; c++) {
                mean[c] = stats.get((2 * n) * groups + c / perGroup);
            }
            spread(mean, means, tile);
            Arrays.fill(sums, 0, tile, 0);
            Arrays.fill(products, 0, tile, 0);
            for (int at = 0; at < perImage; at += tile) {
                int length = Math.min(tile, perImage - at);
                x.get(start + at, values, 0, length);
                dy.get(start + at, gradients, 0, length);
                if (norm.silu()) {
                    if (vectors != null && length % VectorProducts.LANES == 0) {
                        VectorSilu.backward(values, factors, offsets, gradients, length);
                    } else {
                        siluGradient(values, factors, offsets, slopes, gradients, length);
                    }
                    dy.put(start + at, gradients, 0, length);
                }
                addProducts(values, means, gradients, sums, products, length);
            }
            var gradientSum = new double[channels];
            var productSum = new double[channels];
            addPerChannel(sums, tile, gradientSum);
            addPerChannel(products, tile, productSum);
            var gradientFactor = new float[channels];
            var valueFactor = new float[channels];
            var constant = new float[channels];
            for (int g = 0; g < groups; g++) {
                double reciprocal = stats.get((2 * n + 1) * groups + g);
                double meanGradient = 0;
                double meanProduct = 0;
                for (int c = g * perGroup; c < (g + 1) * perGroup; c++) {
                    productSum[c] *= reciprocal;
                    double scale = scaleShift == null ? 1 : 1 + scaleShift.get(2 * n * channels + c);
                    meanGradient += weight[c] * scale * gradientSum[c];
                    meanProduct += weight[c] * scale * productSum[c];
                    gradientFactor[c] = (float) (reciprocal * weight[c] * scale);
                }
                float value = (float) (-reciprocal * reciprocal * meanProduct / count);
                float rest = (float) (-reciprocal * meanGradient / count);
                Arrays.fill(valueFactor, g * perGroup, (g + 1) * perGroup, value);
                Arrays.fill(constant, g * perGroup, (g + 1) * perGroup, rest);
            }
            gradientSums[n] = gradientSum;
            productSums[n] = productSum;
            spread(gradientFactor, factors, tile);
            spread(valueFactor, offsets, tile);
            spread(constant, sums, tile);
            for (int at = 0; at < perImage; at += tile) {
                int length = Math.min(tile, perImage - at);
                x.get(start + at, values, 0, length);
                dy.get(start + at, gradients, 0, length);
                combine(gradients, factors, values, means, offsets, sums, length);
                if (plus != null) {
                    plus.get(start + at, values, 0, length);
                    add(values, gradients, length);
                }
                dy.put(start + at, gradients, 0, length);
            }
        });
        var weightSums = new double[channels];
        var biasSums = new double[channels];
        var modulation = scaleShiftGradient == null ? null : memory(scaleShiftGradient);
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                double scale = scaleShift == null ? 1 : 1 + scaleShift.get(2 * n * channels + c);
                weightSums[c] += productSums[n][c] * scale;
                biasSums[c] += gradientSums[n][c] * scale;
                if (modulation != null) {
                    modulation.put(2 * n * channels + c, (float)
                            (productSums[n][c] * weight[c] + gradientSums[n][c] * bias[c]));
                    modulation.put((2 * n + 1) * channels + c, (float) gradientSums[n][c]);
                }
            }
        }
        put(weightSums, memory(weightGradient));
        put(biasSums, memory(biasGradient));
    }

    private static void put(double[] values, FloatBuffer target) {
        for (int i = 0; i < values.length; i++) {
            target.put(i, (float) values[i]);
        }
    }

    @Override
    public void addPerImage(INDArray target, INDArray terms) {
        int images = (int) target.size(0);
        int channels = (int) target.size(target.rank() - 1);
        int perImage = (int) (target.length() / images);
        var y = memory(target);
        var e = memory(terms);
        int tile = tileLength(channels);
        parallel.forEach(images, n -> {
            var values = scratch.get().tile(0, tile);
            var added = scratch.get().tile(1, tile);
            var term = new float[channels];
            e.get(n * channels, term);
            spread(term, added, tile);
            for (int at = n * perImage; at < (n + 1) * perImage; at += tile) {
                int length = Math.min(tile, (n + 1) * perImage - at);
                y.get(at, values, 0, length);
                add(added, values, length);
                y.put(at, values, 0, length);
            }
        });
    }

    @Override
    public void sumPerImage(INDArray input, INDArray sums) {
        int images = (int) input.size(0);
        int channels = (int) input.size(input.rank() - 1);
        int perImage = (int) (input.length() / images);
        var x = memory(input);
        var result = memory(sums);
        parallel.forEach(images, n -> {
            var channelSums = sumRange(x, n * perImage, (n + 1) * perImage, channels);
            for (int c = 0; c < channels; c++) {
                result.put(n * channels + c, (float) channelSums[c]);
            }
        });
    }

    private double[] sumRange(FloatBuffer x, int from, int to, int channels) {
        int tile = tileLength(channels);
        var values = scratch.get().tile(0, tile);
        var partial = scratch.get().tile(1, tile);
        Arrays.fill(partial, 0, tile, 0);
        for (int at = from; at < to; at += tile) {
            int length = Math.min(tile, to - at);
            x.get(at, values, 0, length);
            add(values, partial, length);
        }
        var sums = new double[channels];
        addPerChannel(partial, tile, sums);
        return sums;
    }

    @Override
    public void sumRows(INDArray input, INDArray sums) {
        int channels = (int) input.size(input.rank() - 1);
        int rows = (int) (input.length() / channels);
        var x = memory(input);
        // A fixed number of parts: the result is the same for any number of threads.
        int parts = Math.min(rows, 16);
        var partial = new double[parts][];
        parallel.forEach(
                parts,
                p -> partial[p] = sumRange(
                        x,
                        (int) ((long) rows * p / parts) * channels,
                        (int) ((long) rows * (p + 1) / parts) * channels,
                        channels));
        var total = new double[channels];
        for (var part : partial) {
            for (int c = 0; c < channels; c++) {
                total[c] += part[c];
            }
        }
        put(total, memory(sums));
    }

    @Override
    public void upsample(INDArray input, INDArray output) {
        int images = (int) input.size(0);
        int height = (int) input.size(1);
        int width = (int) input.size(2);
        int channels = (int) input.size(3);
        var x = memory(input);
        var y = memory(output);
        int inputRow = width * channels;
        parallel.forEach(images, n -> {
            var row = scratch.get().tile(0, inputRow);
            var doubled = scratch.get().tile(1, 2 * inputRow);
            for (int h = 0; h < height; h++) {
                x.get((n * height + h) * inputRow, row, 0, inputRow);
                for (int at = 0; at < inputRow; at += channels) {
                    System.arraycopy(row, at, doubled, 2 * at, channels);
                    System.arraycopy(row, at, doubled, 2 * at + channels, channels);
                }
                int target = (n * height + h) * 4 * inputRow;
                y.put(target, doubled, 0, 2 * inputRow);
                y.put(target + 2 * inputRow, doubled, 0, 2 * inputRow);
            }
        });
    }

    @Override
    public void upsampleBackward(INDArray outputGradient, INDArray inputGradient) {
        int images = (int) inputGradient.size(0);
        int height = (int) inputGradient.size(1);
        int width = (int) inputGradient.size(2);
        int channels = (int) inputGradient.size(3);
        var dy = memory(outputGradient);
        var dx = memory(inputGradient);
        int inputRow = width * channels;
        parallel.forEach(images, n -> {
            var upper = scratch.get().tile(0, 2 * inputRow);
            var lower = scratch.get().tile(1, 2 * inputRow);
            var row = scratch.get().tile(2, inputRow);
            for (int h = 0; h < height; h++) {
                int source = (n * height + h) * 4 * inputRow;
                dy.get(source, upper, 0, 2 * inputRow);
                dy.get(source + 2 * inputRow, lower, 0, 2 * inputRow);
                add(lower, upper, 2 * inputRow);
                for (int w = 0; w < width; w++) {
                    int left = 2 * w * channels;
                    for (int c = 0; c < channels; c++) {
                        row[w * channels + c] = upper[left + c] + upper[left + channels + c];
                    }
                }
                dx.put((n * height + h) * inputRow, row, 0, inputRow);
            }
        });
    }

    @Override
    public void silu(INDArray input, INDArray output) {
        var values = copy(input);
        for (int i = 0; i < values.length; i++) {
            values[i] *= sigmoid(values[i]);
        }
        memory(output).put(values);
    }

    @Override
    public void siluBackward(INDArray input, INDArray gradient) {
        var values = copy(input);
        var gradients = copy(gradient);
        for (int i = 0; i < values.length; i++) {
            float s = sigmoid(values[i]);
            gradients[i] *= s * (1 + values[i] * (1 - s));
        }
        memory(gradient).put(gradients);
    }

    @Override
    public void attend(INDArray joint, int heads, INDArray probabilities, INDArray attended) {
        if (vectorAttention != null && VectorAttention.suits(joint, heads)) {
            vectorAttention.forward(joint, heads, probabilities, attended);
        } else {
            attention.forward(joint, heads, probabilities, attended);
        }
    }

    @Override
    public void attendBackward(
            INDArray joint, int heads, INDArray probabilities, INDArray attendedGradient, INDArray jointGradient) {
        if (vectorAttention != null && VectorAttention.suits(joint, heads)) {
            vectorAttention.backward(joint, heads, probabilities, attendedGradient, jointGradient);
        } else {
            attention.backward(joint, heads, probabilities, attendedGradient, jointGradient);
        }
    }

    @Override
    public void multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB, double beta, INDArray output) {
        int rows = (int) output.size(0);
        int columns = (int) output.size(1);
        int terms = (int) a.size(transposeA ? 0 : 1);
        HostProducts.multiply(
                parallel,
                rows,
                columns,
                terms,
                HostMemory.pointer(a),
                (int) a.size(1),
                transposeA,
                HostMemory.pointer(b),
                (int) b.size(1),
                transposeB,
                (float) beta,
                HostMemory.pointer(output));
    }

    @Override
    public void multiplyImages(INDArray input, INDArray weight, INDArray output) {
        ImageProducts.multiply(parallel, input, weight, output);
    }

    @Override
    public void convolveImages(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output) {
        images.convolve(input, weight, bias, stride, output);
    }

    @Override
    public void convolve(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output) {
        if (vectors != null && stride == 1 && VectorConvolution.suits(input, weight)) {
            vectors.convolve(input, weight, bias, output);
        } else if (stride == 1 && WinogradConvolution.suits(input, weight)) {
            winograd.convolve(input, weight, bias, output);
        } else {
            Operations.convolve(input, weight, bias, stride, 1, 1, output);
        }
    }

    @Override
    public void convolveBackward(
            INDArray input,
            INDArray weight,
            INDArray bias,
            int stride,
            INDArray outputGradient,
            INDArray inputGradient,
            INDArray weightGradient,
            INDArray biasGradient) {
        if (vectors != null && stride == 1 && VectorConvolution.suits(input, weight)) {
            vectors.convolveBackward(input, weight, outputGradient, inputGradient, weightGradient);
            sumRows(outputGradient, biasGradient);
        } else if (stride == 1 && WinogradConvolution.suitsBackward(input, weight)) {
            winograd.convolveBackward(input, weight, outputGradient, inputGradient, weightGradient);
            sumRows(outputGradient, biasGradient);
        } else if (stride == 1 && SmallMapConvolution.suits(input)) {
            smallMaps.convolveBackward(input, weight, outputGradient, inputGradient, weightGradient);
            sumRows(outputGradient, biasGradient);
        } else {
            Operations.convolveBackward(
                    input, weight, bias, stride, 1, outputGradient, inputGradient, weightGradient, biasGradient);
        }
    }

    @Override
    public void dropout(INDArray values, double rate, long key) {
        var x = memory(values);
        int length = (int) values.length();
        float kept = (float) (1 / (1 - rate));
        long threshold = (long) (rate * (1L << 53));
        parallel.forEach((length + TILE - 1) / TILE, part -> {
            int start = part * TILE;
            int count = Math.min(TILE, length - start);
            var tile = scratch.get().tile(0, TILE);
            x.get(start, tile, 0, count);
            for (int i = 0; i < count; i++) {
                tile[i] = CounterRandom.bits(key, start + i) >>> 11 < threshold ? 0 : tile[i] * kept;
            }
            x.put(start, tile, 0, count);
        });
    }

    @Override
    public void close() {
        parallel.close();
        matrices.forEach(FloatPointer::close);
        matrices.clear();
    }

    // The loops that the JIT compiler vectorises: flat, over heap arrays, nothing but arithmetic.

    private static void add(float[] source, float[] target, int length) {
        for (int i = 0; i < length; i++) {
            target[i] += source[i];
        }
    }

    private static void addSquaredDifference(float[] values, float[] means, float[] sums, int length) {
        for (int i = 0; i < length; i++) {
            float difference = values[i] - means[i];
            sums[i] += difference * difference;
        }
    }

    private static void affine(float[] values, float[] factors, float[] offsets, int length) {
        for (int i = 0; i < length; i++) {
            values[i] = values[i] * factors[i] + offsets[i];
        }
    }

    private static void affineSilu(float[] values, float[] factors, float[] offsets, int length) {
        for (int i = 0; i < length; i++) {
            float z = values[i] * factors[i] + offsets[i];
            values[i] = z * sigmoid(z);
        }
    }

    /** In two loops: one would be too long for the JIT compiler to vectorise, and take seven times as long. */
    private static void siluGradient(
            float[] values, float[] factors, float[] offsets, float[] slopes, float[] gradients, int length) {
        siluSlope(values, factors, offsets, slopes, length);
        multiply(slopes, gradients, length);
    }

    private static void siluSlope(float[] values, float[] factors, float[] offsets, float[] slopes, int length) {
        for (int i = 0; i < length; i++) {
            slopes[i] = sigmoid(values[i] * factors[i] + offsets[i]);
        }
        for (int i = 0; i < length; i++) {
            float s = slopes[i];
            slopes[i] = s * (1 + (values[i] * factors[i] + offsets[i]) * (1 - s));
        }
    }

    private static void multiply(float[] factors, float[] values, int length) {
        for (int i = 0; i < length; i++) {
            values[i] *= factors[i];
        }
    }

    private static void addProducts(
            float[] values, float[] means, float[] gradients, float[] sums, float[] products, int length) {
        for (int i = 0; i < length; i++) {
            sums[i] += gradients[i];
            products[i] += gradients[i] * (values[i] - means[i]);
        }
    }

    private static void combine(
            float[] gradients,
            float[] gradientFactors,
            float[] values,
            float[] means,
            float[] valueFactors,
            float[] constants,
            int length) {
        for (int i = 0; i < length; i++) {
            gradients[i] = gradients[i] * gradientFactors[i] + (values[i] - means[i]) * valueFactors[i] + constants[i];
        }
    }

    /**
     * 1 / (1 + e^-x) as (1 + tanh(x / 2)) / 2 with the rational approximation of tanh that Eigen uses
     * ({@code generic_fast_tanh_float}): within 4e-7 of the exact value, with arithmetic only.
     */
    private static float sigmoid(float x) {
        float half = Math.max(-7.90531110763549805f, Math.min(7.90531110763549805f, 0.5f * x));
        float square = half * half;
        float numerator = -2.76076847742355e-16f;
        numerator = numerator * square + 2.00018790482477e-13f;
        numerator = numerator * square - 8.60467152213735e-11f;
        numerator = numerator * square + 5.12229709037114e-08f;
        numerator = numerator * square + 1.48572235717979e-05f;
        numerator = numerator * square + 6.37261928875436e-04f;
        numerator = numerator * square + 4.89352455891786e-03f;
        float denominator = 1.19825839466702e-06f;
        denominator = denominator * square + 1.18534705686654e-04f;
        denominator = denominator * square + 2.26843463243900e-03f;
        denominator = denominator * square + 4.89352518554385e-03f;
        return 0.5f + 0.5f * (half * numerator / denominator);
    }
}
