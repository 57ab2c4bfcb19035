package org.casdm.network.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A 3×3 convolution with padding 1, stride 1 or 2. */
final class Convolution implements Module {

    private final INDArray weight;
    private final INDArray bias;
    private final INDArray weightGradient;
    private final INDArray biasGradient;
    private final int stride;
    private INDArray input;

    Convolution(Weights weights, String name, int stride) {
        weight = weights.value(name + ".weight");
        bias = weights.value(name + ".bias");
        weightGradient = weights.gradient(name + ".weight");
        biasGradient = weights.gradient(name + ".bias");
        this.stride = stride;
    }

    @Override
    public INDArray forward(INDArray x, Pass pass) {
        input = pass.training ? x : null;
        var output = pass.arena.take(
                x.size(0), (x.size(1) + stride - 1) / stride, (x.size(2) + stride - 1) / stride, weight.size(3));
        var outer = pass.clock.enter(LayerClock.Kind.CONVOLUTION);
        if (pass.training) {
            pass.kernels.convolve(x, weight, bias, stride, output);
        } else {
            pass.kernels.convolveImages(x, weight, bias, stride, output);
        }
        pass.clock.leave(outer, operations(output));
        return output;
    }

    @Override
    public INDArray backward(INDArray outputGradient, Pass pass) {
        var inputGradient = backwardKeeping(outputGradient, pass);
        pass.arena.release(outputGradient);
        return inputGradient;
    }

    /** As {@link #backward}, but the output's gradient stays the caller's. */
    INDArray backwardKeeping(INDArray outputGradient, Pass pass) {
        var inputGradient = pass.arena.take(input.shape());
        var outer = pass.clock.enter(LayerClock.Kind.CONVOLUTION);
        pass.kernels.convolveBackward(
                input, weight, bias, stride, outputGradient, inputGradient, weightGradient, biasGradient);
        // As much again for the input's gradient as for the weight's.
        pass.clock.leave(outer, 2 * operations(outputGradient));
        input = null;
        return inputGradient;
    }

    private long operations(INDArray output) {
        return 2 * output.length() * weight.length() / weight.size(3);
    }
}
