package org.casdm.network.nd4j.kernel;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of 3×3 convolutions of small maps, as two products of matrices. oneDNN, which is near the rate of a
 * product on large maps, needs up to five times as long for maps of 8×8 and 4×4 pixels with hundreds of channels.
 */
final class SmallMapConvolution {

    private static final int MOST_POSITIONS = 64;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    SmallMapConvolution(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Whether a convolution's input is to be treated here. */
    static boolean suits(INDArray input) {
        return input.size(1) * input.size(2) <= MOST_POSITIONS
                && input.length() * Patches.KERNEL * Patches.KERNEL * Float.BYTES <= Integer.MAX_VALUE;
    }

    /** The gradients of a convolution with stride 1 and padding 1, but that of the bias. */
    void convolveBackward(
            INDArray input, INDArray weight, INDArray outputGradient, INDArray inputGradient, INDArray weightGradient) {
        int images = (int) input.size(0);
        var map = new Patches((int) input.size(1), (int) input.size(2), (int) input.size(3), 1);
        int outputs = (int) weight.size(3);
        int places = map.height() * map.width();
        int positions = images * places;
        int values = map.length();
        // A row for each position: what the kernel sees there, and then the gradient with respect to it.
        FloatPointer patches = scratch.get().matrix(0, positions * values);
        var rows = HostMemory.floats(patches, positions * values);
        FloatPointer gradient = HostMemory.pointer(outputGradient);
        var x = HostMemory.floats(input);
        parallel.forEach(images, n -> map.gather(x, n, 0, map.height(), rows, n * places * values, scratch.get()));
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
        var dx = HostMemory.floats(inputGradient);
        parallel.forEach(images, n -> map.scatter(rows, n * places * values, dx, n, scratch.get()));
    }
}
