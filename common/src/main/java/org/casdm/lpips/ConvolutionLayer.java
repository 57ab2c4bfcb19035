package org.casdm.lpips;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution and ReLU. */
final class ConvolutionLayer implements FeatureLayer {

    private final TrunkLayer.Convolution layer;
    private final INDArray weight;
    private final INDArray bias;
    private final INDArray inputGradientKernel;
    private final Arena arena;

    ConvolutionLayer(TrunkLayer.Convolution layer, LpipsWeights weights, Arena arena) {
        this.layer = layer;
        this.arena = arena;
        weight = weights.get(layer.name() + ".weight");
        bias = weights.get(layer.name() + ".bias");
        inputGradientKernel = weights.inputGradientKernel(layer.name() + ".weight");
    }

    @Override
    public INDArray forward(INDArray input, boolean keep) {
        var output = arena.take(
                input.size(0),
                layer.outputSize((int) input.size(1)),
                layer.outputSize((int) input.size(2)),
                layer.outputs());
        Operations.convolve(input, weight, bias, layer.stride(), layer.padding(), layer.padding(), output);
        Operations.relu(output);
        return output;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        Operations.reluBackward(FeatureViews.firstHalf(output), outputGradient);
        var half = FeatureViews.firstHalf(input);
        var inputGradient = arena.take(half.shape());
        if (layer.stride() == 1) {
            int padding = layer.kernel() - 1 - layer.padding();
            Operations.convolve(outputGradient, inputGradientKernel, null, 1, padding, padding, inputGradient);
        } else {
            var weightGradient = arena.take(weight.shape());
            var biasGradient = arena.take(bias.shape());
            Operations.convolveBackward(
                    half,
                    weight,
                    bias,
                    layer.stride(),
                    layer.padding(),
                    outputGradient,
                    inputGradient,
                    weightGradient,
                    biasGradient);
            arena.release(weightGradient);
            arena.release(biasGradient);
        }
        arena.release(outputGradient);
        return inputGradient;
    }
}
