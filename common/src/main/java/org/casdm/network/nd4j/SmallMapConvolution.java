package org.casdm.network.nd4j;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of 3×3 convolutions of small maps, as two products of matrices. oneDNN, which is near the rate of a
 * product on large maps, needs up to five times as long for maps of 8×8 and 4×4 pixels with hundreds of channels.
 */
final class SmallMapConvolution {

    private static final int MOST_POSITIONS = 64;
    private static final int KERNEL = 3;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    SmallMapConvolution(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Whether a convolution's input is to be treated here. */
    static boolean suits(INDArray input) {
        return input.size(1) * input.size(2) <= MOST_POSITIONS
                && input.length() * KERNEL * KERNEL * Float.BYTES <= Integer.MAX_VALUE;
    }

    /** The gradients of a convolution with stride 1 and padding 1, but that of the bias. */
    void convolveBackward(
            INDArray input, INDArray weight, INDArray outputGradient, INDArray inputGradient, INDArray weightGradient) {
        var map = new MapShape((int) input.size(0), (int) input.size(1), (int) input.size(2), (int) input.size(3));
        int outputs = (int) weight.size(3);
        int positions = map.images * map.height * map.width;
        int values = KERNEL * KERNEL * map.channels;
        // A row for each position: what the kernel sees there, and then the gradient with respect to it.
        FloatPointer patches = scratch.get().matrix(positions * values);
        FloatPointer gradient = HostMemory.pointer(outputGradient);
        gather(input, map, patches);
        HostProducts.multiply(
                parallel,
                values,
                outputs,
                positions,
                patches,
                values,
                true,
                gradient,
                outputs,
                false,
                0,
                HostMemory.pointer(weightGradient));
        HostProducts.multiply(
                parallel,
                positions,
                values,
                outputs,
                gradient,
                outputs,
                false,
                HostMemory.pointer(weight),
                outputs,
                true,
                0,
                patches);
        scatter(patches, map, inputGradient);
    }

    /** A map's sizes, and places in an image that has a border of one pixel. */
    private record MapShape(int images, int height, int width, int channels) {

        int borderedLength() {
            return (height + 2) * (width + 2) * channels;
        }

        /** The place of a pixel, given its row and column in the bordered image. */
        int bordered(int row, int column) {
            return (row * (width + 2) + column) * channels;
        }

        int rowLength() {
            return width * channels;
        }

        /** The place of a row of the kernel in the row of patches of a position. */
        int patch(int image, int row, int column, int kernelRow) {
            return (((image * height + row) * width + column) * KERNEL + kernelRow) * KERNEL * channels;
        }
    }

    private void gather(INDArray input, MapShape map, FloatPointer patches) {
        var x = HostMemory.floats(input);
        var target = patches.asByteBuffer().asFloatBuffer();
        parallel.forEach(map.images, n -> {
            float[] image = scratch.get().tile(0, map.borderedLength());
            Arrays.fill(image, 0, map.borderedLength(), 0);
            for (int row = 0; row < map.height; row++) {
                x.get((n * map.height + row) * map.rowLength(), image, map.bordered(row + 1, 1), map.rowLength());
            }
            for (int row = 0; row < map.height; row++) {
                for (int column = 0; column < map.width; column++) {
                    for (int kernelRow = 0; kernelRow < KERNEL; kernelRow++) {
                        target.put(
                                map.patch(n, row, column, kernelRow),
                                image,
                                map.bordered(row + kernelRow, column),
                                KERNEL * map.channels);
                    }
                }
            }
        });
    }

    private void scatter(FloatPointer patches, MapShape map, INDArray sums) {
        var source = patches.asByteBuffer().asFloatBuffer();
        var y = HostMemory.floats(sums);
        int length = KERNEL * map.channels;
        parallel.forEach(map.images, n -> {
            float[] image = scratch.get().tile(0, map.borderedLength());
            float[] patch = scratch.get().tile(1, length);
            Arrays.fill(image, 0, map.borderedLength(), 0);
            for (int row = 0; row < map.height; row++) {
                for (int column = 0; column < map.width; column++) {
                    for (int kernelRow = 0; kernelRow < KERNEL; kernelRow++) {
                        source.get(map.patch(n, row, column, kernelRow), patch, 0, length);
                        add(patch, image, map.bordered(row + kernelRow, column), length);
                    }
                }
            }
            for (int row = 0; row < map.height; row++) {
                y.put((n * map.height + row) * map.rowLength(), image, map.bordered(row + 1, 1), map.rowLength());
            }
        });
    }

    private static void add(float[] source, float[] target, int from, int length) {
        for (int i = 0; i < length; i++) {
            target[from + i] += source[i];
        }
    }
}
