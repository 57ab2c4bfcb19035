package org.casdm.lpips;

import org.casdm.network.nd4j.kernel.Arena;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maximum pooling. */
record MaxPoolLayer(TrunkLayer.MaxPool layer, FeatureKernels kernels, Arena arena) implements FeatureLayer {

    @Override
    public INDArray forward(INDArray input, boolean keep) {
        var output = arena.take(
                input.size(0),
                layer.outputSize((int) input.size(1)),
                layer.outputSize((int) input.size(2)),
                input.size(3));
        kernels.maxPool(input, layer, output);
        return output;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        var half = FeatureViews.firstHalf(input);
        var inputGradient = arena.take(half.shape());
        kernels.maxPoolBackward(half, layer, outputGradient, inputGradient);
        arena.release(outputGradient);
        return inputGradient;
    }
}
