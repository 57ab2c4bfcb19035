package org.casdm.cascade.graph;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Channels {@code from} (included) to {@code to} (excluded) of an activation. */
public record SelectChannels(int from, int to) implements VertexFunction {

    @Override
    public int inputCount() {
        return 1;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        return PerImage.channels(inputs[0], from, to).dup('c');
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        var gradient = Nd4j.zerosLike(inputs[0]);
        PerImage.channels(gradient, from, to).assign(outputGradient);
        return new INDArray[] {gradient};
    }
}
