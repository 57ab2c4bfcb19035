package org.casdm.network.nd4j.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * 3×3 convolutions with padding 1, each image by itself and by one thread, so that it does not depend on the images
 * beside it nor on the number of threads: see {@link ImageProducts}. By Winograd's method where that pays, else as the
 * product of {@link Patches} with the weights.
 */
final class ImageConvolution {

    /** Values of patches that are multiplied at once: they stay in the second-level cache. */
    private static final int PATCH_FLOATS = 1 << 17;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;
    private final WinogradConvolution winograd;
    /** Null where {@code VectorProducts} would not be faster. */
    private final VectorConvolution vectors;

    ImageConvolution(
            Parallel parallel, ThreadLocal<Scratch> scratch, WinogradConvolution winograd, VectorConvolution vectors) {
        this.parallel = parallel;
        this.scratch = scratch;
        this.winograd = winograd;
        this.vectors = vectors;
    }

    /** Arguments as those of {@link Kernels#convolve}. */
    void convolve(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output) {
        if (vectors != null && stride == 1 && VectorConvolution.suitsImage(input, weight)) {
            vectors.convolve(input, weight, bias, output);
        } else if (stride == 1 && WinogradConvolution.suitsImage(input, weight)) {
            winograd.convolveImages(input, weight, bias, output);
        } else {
            multiplyPatches(input, weight, stride, output);
            Operations.addBias(Operations.rows(output), bias);
        }
    }

    private void multiplyPatches(INDArray input, INDArray weight, int stride, INDArray output) {
        var map = new Patches((int) input.size(1), (int) input.size(2), (int) input.size(3), stride);
        int outputs = (int) weight.size(3);
        int rowValues = map.placesAcross() * map.length();
        int most = Math.max(1, PATCH_FLOATS / rowValues);
        int parts = (map.placesDown() + most - 1) / most;
        int rowsOfPart = (map.placesDown() + parts - 1) / parts;
        var x = HostMemory.floats(input);
        var kernel = HostMemory.pointer(weight);
        var y = HostMemory.pointer(output);
        parallel.forEach((int) input.size(0), n -> {
            var patches = scratch.get().matrix(0, rowsOfPart * rowValues);
            var values = HostMemory.floats(patches, rowsOfPart * rowValues);
            for (int from = 0; from < map.placesDown(); from += rowsOfPart) {
                int rows = Math.min(rowsOfPart, map.placesDown() - from);
                map.gather(x, n, from, rows, values, 0, scratch.get());
                HostProducts.multiply(
                        rows * map.placesAcross(),
                        outputs,
                        map.length(),
                        1,
                        patches,
                        map.length(),
                        kernel,
                        outputs,
                        false,
                        y.getPointer(((long) n * map.placesDown() + from) * map.placesAcross() * outputs),
                        outputs);
            }
        });
    }
}
