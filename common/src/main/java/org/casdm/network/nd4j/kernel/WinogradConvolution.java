package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.network.nd4j.kernel.vector.WinogradPoints;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * 3×3 convolutions with stride 1 and padding 1, and their gradients, by {@link WinogradTransforms}: 36 products of
 * matrices, [tiles, channels in] · [channels in, channels out], with a quarter of the multiplications of a convolution.
 *
 * <p>The result does not depend on the number of threads.
 */
final class WinogradConvolution {

    private static final int POINTS = WinogradPoints.POINTS;
    private static final int TILE = WinogradPoints.TILE;
    private static final int KERNEL = WinogradPoints.KERNEL;
    private static final int PRODUCTS = POINTS * POINTS;
    /** With fewer, the transforms take what the products save. */
    private static final int FEWEST_CHANNELS = 64;
    /** With fewer tiles, of a batch together, the kernel's transform does. */
    private static final int FEWEST_TILES = 64;

    private static final int FEWEST_TILES_BACKWARD = 32;
    /** Each image by itself: with fewer channels the patches of the other way take longer than the transforms. */
    private static final int FEWEST_CHANNELS_OF_IMAGES = 32;
    /** With fewer tiles the products are too narrow. */
    private static final int FEWEST_TILES_OF_IMAGE = 16;

    private static final int KERNEL_PART = 2048;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    WinogradConvolution(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Whether a convolution with stride 1 and padding 1 is to be done here. */
    static boolean suits(INDArray input, INDArray weight) {
        return suits(input, weight, FEWEST_TILES);
    }

    /** Whether the gradients of such a convolution are to be computed here. */
    static boolean suitsBackward(INDArray input, INDArray weight) {
        return suits(input, weight, FEWEST_TILES_BACKWARD);
    }

    /** Whether such a convolution is to be done here image by image: the number of images has no part in it. */
    static boolean suitsImage(INDArray input, INDArray weight) {
        return suits(input, weight, FEWEST_CHANNELS_OF_IMAGES, 1, FEWEST_TILES_OF_IMAGE);
    }

    private static boolean suits(INDArray input, INDArray weight, int fewestTiles) {
        return suits(input, weight, FEWEST_CHANNELS, input.size(0), fewestTiles);
    }

    private static boolean suits(INDArray input, INDArray weight, int fewestChannels, long images, int fewestTiles) {
        long height = input.size(1);
        long width = input.size(2);
        long in = weight.size(2);
        long out = weight.size(3);
        long strip = (in + out) * WinogradStrips.MOST_ROWS * width / TILE;
        return height % TILE == 0
                && width % TILE == 0
                && in >= fewestChannels
                && out >= fewestChannels
                && images * height * width >= (long) fewestTiles * TILE * TILE
                && Math.max(input.length(), PRODUCTS * (in * out + strip) + WinogradStrips.GROUP_FLOATS)
                        <= Integer.MAX_VALUE / Float.BYTES;
    }

    /** output = the convolution of input with weight, and bias. */
    void convolve(INDArray input, INDArray weight, INDArray bias, INDArray output) {
        filter(input, weight, false, bias, output);
    }

    /**
     * As {@link #convolve}, each image by itself and by one thread: what goes into a product depends on the shape of an
     * image and on nothing else.
     */
    void convolveImages(INDArray input, INDArray weight, INDArray bias, INDArray output) {
        int in = (int) input.size(3);
        int out = (int) output.size(3);
        var strips = WinogradStrips.ofImages(input, in + out, scratch);
        var kernel = scratch.get().matrix(1, PRODUCTS * in * out);
        transformKernel(HostMemory.floats(weight), in * out, false, HostMemory.floats(kernel, PRODUCTS * in * out));
        var x = HostMemory.floats(input);
        var y = HostMemory.floats(output);
        var biases = new float[out];
        HostMemory.floats(bias).get(biases);
        int tiles = strips.ofGroup() * strips.tilesOfStrip();
        int groups = strips.ofImage() / strips.ofGroup();
        parallel.forEach((int) input.size(0), image -> {
            var inputs = scratch.get().matrix(0, PRODUCTS * tiles * (in + out));
            var outputs = inputs.getPointer((long) PRODUCTS * tiles * in);
            var inputValues = HostMemory.floats(inputs, PRODUCTS * tiles * in);
            var outputValues = HostMemory.floats(outputs, PRODUCTS * tiles * out);
            for (int group = 0; group < groups; group++) {
                int first = image * strips.ofImage() + group * strips.ofGroup();
                for (int s = 0; s < strips.ofGroup(); s++) {
                    strips.transformInput(x, in, first + s, inputValues, s * strips.tilesOfStrip(), tiles);
                }
                for (int p = 0; p < PRODUCTS; p++) {
                    HostProducts.multiply(
                            tiles,
                            out,
                            in,
                            1,
                            inputs.getPointer((long) p * tiles * in),
                            in,
                            kernel.getPointer((long) p * in * out),
                            out,
                            false,
                            outputs.getPointer((long) p * tiles * out),
                            out);
                }
                for (int s = 0; s < strips.ofGroup(); s++) {
                    strips.transformOutput(outputValues, s * strips.tilesOfStrip(), tiles, biases, first + s, y);
                }
            }
        });
    }

    /** The gradients with respect to input and weight. */
    void convolveBackward(
            INDArray input, INDArray weight, INDArray outputGradient, INDArray inputGradient, INDArray weightGradient) {
        filter(outputGradient, weight, true, null, inputGradient);
        weightGradient(input, outputGradient, weightGradient);
    }

    /**
     * What a pass works in, one piece of native memory: of the kernel, of a group's windows and of its tiles the values
     * at the points, a matrix for each product.
     */
    private final class Workspace {

        private final WinogradStrips strips;
        private final int in;
        private final int out;
        private final FloatPointer kernel;
        private final FloatPointer inputs;
        private final FloatPointer outputs;

        Workspace(INDArray input, INDArray output) {
            in = (int) input.size(3);
            out = (int) output.size(3);
            strips = WinogradStrips.ofBatch(input, in + out, scratch);
            int tiles = strips.ofGroup() * strips.tilesOfStrip();
            kernel = scratch.get().matrix(0, PRODUCTS * (in * out + tiles * (in + out)));
            inputs = kernel.getPointer((long) PRODUCTS * in * out);
            outputs = inputs.getPointer((long) PRODUCTS * tiles * in);
        }

        int weights() {
            return in * out;
        }

        FloatBuffer kernelValues() {
            return HostMemory.floats(kernel, PRODUCTS * weights());
        }

        FloatBuffer inputValues(int tiles) {
            return HostMemory.floats(inputs, PRODUCTS * tiles * in);
        }

        FloatBuffer outputValues(int tiles) {
            return HostMemory.floats(outputs, PRODUCTS * tiles * out);
        }

        FloatPointer kernel(int product) {
            return kernel.getPointer((long) product * weights());
        }

        FloatPointer inputs(int product, int tiles) {
            return inputs.getPointer((long) product * tiles * in);
        }

        FloatPointer outputs(int product, int tiles) {
            return outputs.getPointer((long) product * tiles * out);
        }

        /** Treats one group after another. */
        void forEachGroup(Group body) {
            for (int first = 0; first < strips.count(); first += strips.ofGroup()) {
                int count = Math.min(strips.ofGroup(), strips.count() - first);
                body.treat(first, count, count * strips.tilesOfStrip());
            }
        }
    }

    private interface Group {
        void treat(int firstStrip, int count, int tiles);
    }

    /** The convolution, with the weights as they are or turned by 180 degrees and from outputs to inputs. */
    private void filter(INDArray input, INDArray weight, boolean turned, INDArray bias, INDArray output) {
        var work = new Workspace(input, output);
        var strips = work.strips;
        transformKernel(HostMemory.floats(weight), work.weights(), turned, work.kernelValues());
        var x = HostMemory.floats(input);
        var y = HostMemory.floats(output);
        var biases = new float[work.out];
        if (bias != null) {
            HostMemory.floats(bias).get(biases);
        }
        work.forEachGroup((first, count, tiles) -> {
            var inputs = work.inputValues(tiles);
            var outputs = work.outputValues(tiles);
            parallel.forEach(
                    count, s -> strips.transformInput(x, work.in, first + s, inputs, s * strips.tilesOfStrip(), tiles));
            parallel.forEach(
                    PRODUCTS,
                    p -> HostProducts.multiply(
                            tiles,
                            work.out,
                            work.in,
                            1,
                            work.inputs(p, tiles),
                            work.in,
                            work.kernel(p),
                            turned ? work.in : work.out,
                            turned,
                            work.outputs(p, tiles),
                            work.out));
            parallel.forEach(
                    count,
                    s -> strips.transformOutput(outputs, s * strips.tilesOfStrip(), tiles, biases, first + s, y));
        });
    }

    private void weightGradient(INDArray input, INDArray outputGradient, INDArray weightGradient) {
        var work = new Workspace(input, outputGradient);
        var strips = work.strips;
        var x = HostMemory.floats(input);
        var dy = HostMemory.floats(outputGradient);
        work.forEachGroup((first, count, tiles) -> {
            var inputs = work.inputValues(tiles);
            var outputs = work.outputValues(tiles);
            parallel.forEach(count, s -> {
                int firstTile = s * strips.tilesOfStrip();
                strips.transformInput(x, work.in, first + s, inputs, firstTile, tiles);
                strips.transformOutputGradient(dy, work.out, first + s, outputs, firstTile, tiles);
            });
            parallel.forEach(
                    PRODUCTS,
                    p -> HostProducts.multiply(
                            work.in,
                            work.out,
                            tiles,
                            1,
                            work.inputs(p, tiles),
                            work.in,
                            true,
                            work.outputs(p, tiles),
                            work.out,
                            false,
                            first == 0 ? 0 : 1,
                            work.kernel(p),
                            work.out));
        });
        transformKernelGradient(work.kernelValues(), work.weights(), HostMemory.floats(weightGradient));
    }

    /** From the nine planes of weights, [in · out], to those of the products. */
    private void transformKernel(FloatBuffer weight, int plane, boolean turned, FloatBuffer values) {
        forEachPart(plane, (from, length) -> {
            var memory = scratch.get().tiles();
            var column = memory.take(KERNEL, KERNEL_PART);
            var rows = memory.take(POINTS, KERNEL, KERNEL_PART);
            var result = memory.take(POINTS, KERNEL_PART);
            for (int c = 0; c < KERNEL; c++) {
                for (int r = 0; r < KERNEL; r++) {
                    int place = r * KERNEL + c;
                    weight.get((turned ? KERNEL * KERNEL - 1 - place : place) * plane + from, column[r], 0, length);
                }
                WinogradTransforms.kernel(column, WinogradTransforms.column(rows, c), length);
            }
            for (int r = 0; r < POINTS; r++) {
                WinogradTransforms.kernel(rows[r], result, length);
                for (int c = 0; c < POINTS; c++) {
                    values.put((r * POINTS + c) * plane + from, result[c], 0, length);
                }
            }
        });
    }

    private void transformKernelGradient(FloatBuffer values, int plane, FloatBuffer weightGradient) {
        forEachPart(plane, (from, length) -> {
            var memory = scratch.get().tiles();
            var row = memory.take(POINTS, KERNEL_PART);
            var rows = memory.take(POINTS, KERNEL, KERNEL_PART);
            var result = memory.take(KERNEL, KERNEL_PART);
            for (int r = 0; r < POINTS; r++) {
                for (int c = 0; c < POINTS; c++) {
                    values.get((r * POINTS + c) * plane + from, row[c], 0, length);
                }
                WinogradTransforms.kernelGradient(row, rows[r], length);
            }
            for (int c = 0; c < KERNEL; c++) {
                WinogradTransforms.kernelGradient(WinogradTransforms.column(rows, c), result, length);
                for (int r = 0; r < KERNEL; r++) {
                    weightGradient.put((r * KERNEL + c) * plane + from, result[r], 0, length);
                }
            }
        });
    }

    private interface Part {
        void treat(int from, int length);
    }

    private void forEachPart(int plane, Part body) {
        parallel.forEach((plane + KERNEL_PART - 1) / KERNEL_PART, part -> {
            int from = part * KERNEL_PART;
            body.treat(from, Math.min(KERNEL_PART, plane - from));
        });
    }
}
