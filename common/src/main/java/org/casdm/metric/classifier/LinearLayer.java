package org.casdm.metric.classifier;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.ImageProducts;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;

/** x · W + b on rows, and perhaps ReLU. */
final class LinearLayer implements Layer {

    private final LayerParameters parameters;
    private final boolean relu;
    private final Arena arena;

    LinearLayer(LayerParameters parameters, boolean relu, Arena arena) {
        this.parameters = parameters;
        this.relu = relu;
        this.arena = arena;
    }

    @Override
    public INDArray forward(INDArray input) {
        var output = arena.take(input.size(0), parameters.weight().size(1));
        ImageProducts.multiply(input, parameters.weight(), output);
        Operations.addBias(output, parameters.bias());
        if (relu) {
            Operations.relu(output);
        }
        return output;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        if (relu) {
            Operations.reluBackward(output, outputGradient);
        }
        Operations.multiply(input, true, outputGradient, false, 1, 0, parameters.weightGradient());
        Operations.sumRows(outputGradient, parameters.biasGradient());
        var inputGradient = arena.take(input.shape());
        Operations.multiply(outputGradient, false, parameters.weight(), true, 1, 0, inputGradient);
        return inputGradient;
    }
}
