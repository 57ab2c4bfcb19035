package org.casdm.metric.classifier;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of each channel over all pixels: from [n, side, side, channels] to [n, channels]. */
final class MeanLayer implements Layer {

    private final Arena arena;

    MeanLayer(Arena arena) {
        this.arena = arena;
    }

    private static INDArray asImages(INDArray means) {
        return means.reshape('c', means.size(0), 1, 1, means.size(1));
    }

    @Override
    public INDArray forward(INDArray input) {
        var output = arena.take(input.size(0), input.size(3));
        Operations.averagePool(input, (int) input.size(1), 1, 0, asImages(output));
        return output;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        var inputGradient = arena.take(input.shape());
        Operations.averagePoolBackward(input, (int) input.size(1), 1, asImages(outputGradient), inputGradient);
        return inputGradient;
    }
}
