package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;
// All, since Javadoc reads each class that is named here, and they need a module that it warns of.
import org.casdm.network.nd4j.kernel.vector.*;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * 3×3 convolutions with stride 1 and padding 1, and their gradients, by {@link WinogradTransforms} and vector
 * instructions: 36 products of matrices, [tiles, channels in] · [channels in, channels out], with a quarter of the
 * multiplications of a convolution. A block of tiles goes through transform, products and transform back within the
 * second-level cache of one thread.
 *
 * <p>An output depends neither on the number of threads nor on the images beside it: blocks only say which tiles are
 * computed together.
 */
final class VectorConvolution {

    private static final int POINTS = WinogradPoints.POINTS;
    private static final int TILE = WinogradPoints.TILE;
    private static final int KERNEL = WinogradPoints.KERNEL;
    private static final int PRODUCTS = POINTS * POINTS;

    /** Values at the points of a block: a megabyte. */
    private static final int BLOCK_FLOATS = 1 << 18;
    /** With fewer, reading the kernel's values takes longer than multiplying with them. */
    private static final int FEWEST_TILES_OF_BLOCK = 32;
    /** Values at the points of the tiles whose part of the weights' gradient is summed up at once: 4 MiB. */
    private static final int GROUP_FLOATS = 1 << 20;
    /** With fewer tiles in all, the kernel's transform takes longer than the products save. */
    private static final int FEWEST_TILES = 32;

    private static final int FEWEST_TILES_OF_IMAGE = 16;
    /** With fewer, the transforms take what the products save; numbers of channels are multiples of it. */
    private static final int FEWEST_CHANNELS = 32;
    /** The kernel's values at the points, 32 MiB of the heap: of each network, and their gradient as much again. */
    private static final int MOST_KERNEL_FLOATS = 1 << 23;

    /** Biases of zero; never written. */
    private static final float[] NONE = new float[VectorProducts.LANES];

    // Heap memory of a thread: what is shared by all threads of a pass is the calling thread's.
    private static final int WEIGHTS = 0;
    private static final int TURNED = 1;
    private static final int SHARED_INPUTS = 2;
    private static final int SHARED_OUTPUTS = 3;
    private static final int KERNEL_GRADIENT = 4;
    private static final int INPUTS = 5;
    private static final int OUTPUTS = 6;
    private static final int ROWS = 7;
    private static final int COLUMNS = 8;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    VectorConvolution(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Whether a convolution with stride 1 and padding 1, and its gradients, are to be computed here. */
    static boolean suits(INDArray input, INDArray weight) {
        return suits(input, weight, input.size(0), FEWEST_TILES);
    }

    /** Whether such a convolution is to be computed here image by image: the number of images has no part in it. */
    static boolean suitsImage(INDArray input, INDArray weight) {
        return suits(input, weight, 1, FEWEST_TILES_OF_IMAGE);
    }

    private static boolean suits(INDArray input, INDArray weight, long images, int fewestTiles) {
        long in = weight.size(2);
        long out = weight.size(3);
        return input.size(1) % TILE == 0
                && input.size(2) % TILE == 0
                && in % FEWEST_CHANNELS == 0
                && out % FEWEST_CHANNELS == 0
                && images * input.size(1) * input.size(2) >= (long) fewestTiles * TILE * TILE
                && PRODUCTS * in * out <= MOST_KERNEL_FLOATS;
    }

    /** A batch as rows of tiles, one image after another. */
    private record Tiling(int images, int height, int width) {

        static Tiling of(INDArray map) {
            return new Tiling((int) map.size(0), (int) map.size(1), (int) map.size(2));
        }

        int ofRow() {
            return width / TILE;
        }

        int rowsOfImage() {
            return height / TILE;
        }

        int rows() {
            return images * rowsOfImage();
        }

        /** Rows that together have about so many tiles. */
        int rowsOf(int tiles) {
            return Math.max(1, tiles / ofRow());
        }

        /** The first row of pixels of a row of tiles, counted over all images. */
        int firstRow(int row) {
            return row * TILE;
        }

        /** The same, counted in its image. */
        int firstRowOfImage(int row) {
            return row % rowsOfImage() * TILE;
        }
    }

    private static int rounded(int tiles) {
        return (tiles + VectorProducts.ROWS - 1) / VectorProducts.ROWS * VectorProducts.ROWS;
    }

    /**
     * Floats from one of the 36 matrices to the next: room for it, and an odd number of cache lines, since places that are
     * whole pages apart would compete for the same few lines of the first-level cache.
     */
    private static int stride(int floats) {
        int line = 64 / Float.BYTES;
        return ((floats + line - 1) / line | 1) * line;
    }

    /** Floats from one row of a matrix to the next: rows that are powers of two apart would compete in the same way. */
    private static int row(int channels) {
        return channels % (8 * VectorProducts.LANES) == 0 ? channels + VectorProducts.LANES : channels;
    }

    /** output = the convolution of input with weight, and bias. */
    void convolve(INDArray input, INDArray weight, INDArray bias, INDArray output) {
        var biases = new float[(int) bias.length()];
        HostMemory.floats(bias).get(biases);
        filter(input, weight, false, biases, output);
    }

    /** The gradients with respect to input and weight. */
    void convolveBackward(
            INDArray input, INDArray weight, INDArray outputGradient, INDArray inputGradient, INDArray weightGradient) {
        filter(outputGradient, weight, true, new float[(int) input.size(3)], inputGradient);
        weightGradient(input, outputGradient, weightGradient);
    }

    /** The convolution, with the weights as they are or turned by 180 degrees and from outputs to inputs. */
    private void filter(INDArray input, INDArray weight, boolean turned, float[] biases, INDArray output) {
        int in = (int) input.size(3);
        int out = (int) output.size(3);
        float[] kernel = kernelValues(HostMemory.floats(weight), in, out, turned);
        var x = HostMemory.floats(input);
        var y = HostMemory.floats(output);
        var tiling = Tiling.of(input);
        int most = Math.max(FEWEST_TILES_OF_BLOCK, BLOCK_FLOATS / (PRODUCTS * (in + out)));
        int rows = tiling.rows();
        int rowsOfBlock = Math.min(tiling.rowsOf(most), (rows + parallel.threads() - 1) / parallel.threads());
        int plane = rounded(rowsOfBlock * tiling.ofRow());
        int inputStride = stride(plane * row(in));
        int outputStride = stride(plane * row(out));
        int kernelStride = stride(in * row(out));
        parallel.forEach((rows + rowsOfBlock - 1) / rowsOfBlock, block -> {
            var local = scratch.get();
            var inputs = local.tile(INPUTS, PRODUCTS * inputStride);
            var outputs = local.tile(OUTPUTS, PRODUCTS * outputStride);
            int first = block * rowsOfBlock;
            int count = Math.min(rowsOfBlock, rows - first);
            int tiles = count * tiling.ofRow();
            for (int r = 0; r < count; r++) {
                transformInput(x, tiling, in, first + r, inputs, r * tiling.ofRow(), inputStride, local);
            }
            for (int p = 0; p < PRODUCTS; p++) {
                VectorProducts.multiply(
                        tiles,
                        out,
                        in,
                        inputs,
                        p * inputStride,
                        row(in),
                        kernel,
                        p * kernelStride,
                        row(out),
                        outputs,
                        p * outputStride,
                        row(out));
            }
            for (int r = 0; r < count; r++) {
                transformOutput(outputs, r * tiling.ofRow(), outputStride, biases, tiling, first + r, y, local);
            }
        });
    }

    private void weightGradient(INDArray input, INDArray outputGradient, INDArray weightGradient) {
        int in = (int) input.size(3);
        int out = (int) outputGradient.size(3);
        var x = HostMemory.floats(input);
        var dy = HostMemory.floats(outputGradient);
        var tiling = Tiling.of(input);
        int rows = tiling.rows();
        int most = Math.max(FEWEST_TILES_OF_BLOCK, GROUP_FLOATS / (PRODUCTS * (in + out)));
        int rowsOfGroup = Math.min(tiling.rowsOf(most), rows);
        int plane = rowsOfGroup * tiling.ofRow();
        int inputStride = stride(plane * row(in));
        int outputStride = stride(plane * row(out));
        int kernelStride = stride(in * row(out));
        var shared = scratch.get();
        var inputs = shared.tile(SHARED_INPUTS, PRODUCTS * inputStride);
        var outputs = shared.tile(SHARED_OUTPUTS, PRODUCTS * outputStride);
        var kernel = shared.tile(KERNEL_GRADIENT, PRODUCTS * kernelStride);
        Arrays.fill(kernel, 0, PRODUCTS * kernelStride, 0);
        for (int first = 0; first < rows; first += rowsOfGroup) {
            int begin = first;
            int count = Math.min(rowsOfGroup, rows - first);
            parallel.forEach(count, r -> {
                var local = scratch.get();
                int tile = r * tiling.ofRow();
                transformInput(x, tiling, in, begin + r, inputs, tile, inputStride, local);
                transformOutputGradient(dy, tiling, out, begin + r, outputs, tile, outputStride, local);
            });
            parallel.forEach(
                    PRODUCTS,
                    p -> VectorProducts.addTransposed(
                            in,
                            out,
                            count * tiling.ofRow(),
                            inputs,
                            p * inputStride,
                            row(in),
                            outputs,
                            p * outputStride,
                            row(out),
                            kernel,
                            p * kernelStride,
                            row(out)));
        }
        var dw = HostMemory.floats(weightGradient);
        parallel.forEach(in, c -> {
            var local = scratch.get();
            var columns = local.tile(COLUMNS, KERNEL * POINTS * out);
            var row = local.tile(ROWS, KERNEL * KERNEL * out);
            for (int k = 0; k < out; k += VectorProducts.LANES) {
                for (int j = 0; j < POINTS; j++) {
                    VectorWinogradTransforms.kernelGradient(
                            kernel,
                            j * kernelStride + c * row(out) + k,
                            POINTS * kernelStride,
                            columns,
                            j * out + k,
                            POINTS * out);
                }
                for (int i = 0; i < KERNEL; i++) {
                    VectorWinogradTransforms.kernelGradient(
                            columns, i * POINTS * out + k, out, row, i * KERNEL * out + k, out);
                }
            }
            for (int place = 0; place < KERNEL * KERNEL; place++) {
                dw.put((place * in + c) * out, row, place * out, out);
            }
        });
    }

    /** The kernel's values at the points, [products][in, out]. */
    private float[] kernelValues(FloatBuffer weight, int in, int out, boolean turned) {
        var shared = scratch.get();
        var values = shared.tile(WEIGHTS, PRODUCTS * stride(in * row(out)));
        var weights = shared.tile(TURNED, KERNEL * KERNEL * in * out);
        if (turned) {
            turn(weight, in, out, weights);
        } else {
            weight.get(0, weights, 0, KERNEL * KERNEL * in * out);
        }
        int plane = in * out;
        int kernelStride = stride(in * row(out));
        parallel.forEach(in, c -> {
            var columns = scratch.get().tile(COLUMNS, POINTS * KERNEL * VectorProducts.LANES);
            int step = VectorProducts.LANES;
            for (int k = 0; k < out; k += step) {
                int place = c * row(out) + k;
                for (int j = 0; j < KERNEL; j++) {
                    VectorWinogradTransforms.kernel(
                            weights, j * plane + c * out + k, KERNEL * plane, columns, j * step, KERNEL * step);
                }
                for (int i = 0; i < POINTS; i++) {
                    VectorWinogradTransforms.kernel(
                            columns, i * KERNEL * step, step, values, place + i * POINTS * kernelStride, kernelStride);
                }
            }
        });
        return values;
    }

    /** Weights [3, 3, out, in] turned by 180 degrees, and transposed: [3, 3, in, out]. */
    private void turn(FloatBuffer weight, int in, int out, float[] turned) {
        int plane = in * out;
        parallel.forEach(KERNEL * KERNEL, place -> {
            var values = scratch.get().tile(COLUMNS, plane);
            weight.get((KERNEL * KERNEL - 1 - place) * plane, values, 0, plane);
            int part = FEWEST_CHANNELS;
            for (int rows = 0; rows < in; rows += part) {
                for (int columns = 0; columns < out; columns += part) {
                    for (int r = rows; r < rows + part; r++) {
                        for (int c = columns; c < columns + part; c++) {
                            turned[place * plane + r * out + c] = values[c * in + r];
                        }
                    }
                }
            }
        });
    }

    /** From the windows of a row of tiles to their values, [products][tile, channels], the products a stride apart. */
    private static void transformInput(
            FloatBuffer x, Tiling tiling, int channels, int row, float[] values, int tile, int stride, Scratch local) {
        int width = tiling.width();
        int pixels = width * channels;
        int length = pixels + 2 * channels;
        var rows = local.tile(ROWS, POINTS * length);
        var columns = local.tile(COLUMNS, POINTS * length);
        for (int i = 0; i < POINTS; i++) {
            int inImage = tiling.firstRowOfImage(row) - 1 + i;
            int at = i * length;
            if (inImage < 0 || inImage >= tiling.height()) {
                Arrays.fill(rows, at, at + length, 0);
            } else {
                Arrays.fill(rows, at, at + channels, 0);
                x.get((tiling.firstRow(row) - 1 + i) * pixels, rows, at + channels, pixels);
                Arrays.fill(rows, at + channels + pixels, at + length, 0);
            }
        }
        for (int c = 0; c < length; c += VectorProducts.LANES) {
            VectorWinogradTransforms.input(rows, c, length, columns, c, length);
        }
        for (int i = 0; i < POINTS; i++) {
            for (int t = 0; t < tiling.ofRow(); t++) {
                int from = i * length + t * TILE * channels;
                int to = i * POINTS * stride + (tile + t) * row(channels);
                for (int c = 0; c < channels; c += VectorProducts.LANES) {
                    VectorWinogradTransforms.input(columns, from + c, channels, values, to + c, stride);
                }
            }
        }
    }

    /** From the products of a row of tiles to its pixels; arguments as {@link #transformInput}'s. */
    private static void transformOutput(
            float[] values,
            int tile,
            int stride,
            float[] biases,
            Tiling tiling,
            int row,
            FloatBuffer y,
            Scratch local) {
        int channels = biases.length;
        int pixels = tiling.width() * channels;
        int lanes = VectorProducts.LANES;
        var rows = local.tile(ROWS, TILE * pixels);
        var columns = local.tile(COLUMNS, TILE * POINTS * lanes);
        for (int t = 0; t < tiling.ofRow(); t++) {
            for (int c = 0; c < channels; c += lanes) {
                int from = (tile + t) * row(channels) + c;
                for (int j = 0; j < POINTS; j++) {
                    VectorWinogradTransforms.output(
                            values, from + j * stride, POINTS * stride, NONE, 0, columns, j * lanes, POINTS * lanes);
                }
                for (int i = 0; i < TILE; i++) {
                    VectorWinogradTransforms.output(
                            columns,
                            i * POINTS * lanes,
                            lanes,
                            biases,
                            c,
                            rows,
                            i * pixels + t * TILE * channels + c,
                            channels);
                }
            }
        }
        y.put(tiling.firstRow(row) * pixels, rows, 0, TILE * pixels);
    }

    /** From the gradient of a row of tiles to that of its products; arguments as {@link #transformInput}'s. */
    private static void transformOutputGradient(
            FloatBuffer dy, Tiling tiling, int channels, int row, float[] values, int tile, int stride, Scratch local) {
        int pixels = tiling.width() * channels;
        var rows = local.tile(ROWS, TILE * pixels);
        var columns = local.tile(COLUMNS, POINTS * pixels);
        dy.get(tiling.firstRow(row) * pixels, rows, 0, TILE * pixels);
        for (int c = 0; c < pixels; c += VectorProducts.LANES) {
            VectorWinogradTransforms.outputGradient(rows, c, pixels, columns, c, pixels);
        }
        for (int i = 0; i < POINTS; i++) {
            for (int t = 0; t < tiling.ofRow(); t++) {
                int from = i * pixels + t * TILE * channels;
                int to = i * POINTS * stride + (tile + t) * row(channels);
                for (int c = 0; c < channels; c += VectorProducts.LANES) {
                    VectorWinogradTransforms.outputGradient(columns, from + c, channels, values, to + c, stride);
                }
            }
        }
    }
}
