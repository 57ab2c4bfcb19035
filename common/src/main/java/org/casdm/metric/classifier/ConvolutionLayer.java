package org.casdm.metric.classifier;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A 3×3 convolution with padding 1, and ReLU. */
final class ConvolutionLayer implements Layer {

    private final LayerParameters parameters;
    private final Arena arena;

    ConvolutionLayer(LayerParameters parameters, Arena arena) {
        this.parameters = parameters;
        this.arena = arena;
    }

    @Override
    public INDArray forward(INDArray input) {
        var weight = parameters.weight();
        var output = arena.take(input.size(0), input.size(1), input.size(2), weight.size(3));
        Operations.convolve(input, weight, parameters.bias(), 1, 1, 1, output);
        Operations.relu(output);
        return output;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        Operations.reluBackward(output, outputGradient);
        var inputGradient = arena.take(input.shape());
        Operations.convolveBackward(
                input,
                parameters.weight(),
                parameters.bias(),
                1,
                1,
                outputGradient,
                inputGradient,
                parameters.weightGradient(),
                parameters.biasGradient());
        return inputGradient;
    }
}
