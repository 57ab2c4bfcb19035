package org.casdm.metric.classifier;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maxima of 2×2 windows; a last odd row or column is left out. */
final class MaxPoolLayer implements Layer {

    private static final int SIDE = ClassifierLayout.POOLING;

    private final Arena arena;

    MaxPoolLayer(Arena arena) {
        this.arena = arena;
    }

    @Override
    public INDArray forward(INDArray input) {
        var output = arena.take(input.size(0), input.size(1) / SIDE, input.size(2) / SIDE, input.size(3));
        Operations.maxPool(input, SIDE, SIDE, 0, output);
        return output;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        var inputGradient = arena.take(input.shape());
        Operations.maxPoolBackward(input, SIDE, SIDE, outputGradient, inputGradient);
        return inputGradient;
    }
}
