package org.casdm.network.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Nearest-neighbour doubling, then a convolution. */
final class UpsampleBlock implements Module {

    private final Convolution convolution;
    private INDArray doubled;

    UpsampleBlock(Weights weights, String name) {
        convolution = new Convolution(weights, name + ".conv", 1);
    }

    @Override
    public INDArray forward(INDArray x, Pass pass) {
        var large = pass.arena.take(x.size(0), 2 * x.size(1), 2 * x.size(2), x.size(3));
        pass.kernels.upsample(x, large);
        var y = convolution.forward(large, pass);
        if (pass.training) {
            doubled = large;
        } else {
            pass.arena.release(large);
        }
        return y;
    }

    @Override
    public INDArray backward(INDArray outputGradient, Pass pass) {
        var gradient = convolution.backward(outputGradient, pass);
        var inputGradient = pass.arena.take(doubled.size(0), doubled.size(1) / 2, doubled.size(2) / 2, doubled.size(3));
        pass.kernels.upsampleBackward(gradient, inputGradient);
        pass.arena.release(gradient);
        pass.arena.release(doubled);
        doubled = null;
        return inputGradient;
    }
}
