package org.casdm.cascade.graph;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Two activations as one, the channels of the second after those of the first. */
public record JoinChannels() implements VertexFunction {

    @Override
    public int inputCount() {
        return 2;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        return Nd4j.concat(3, inputs);
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        long first = inputs[0].size(3);
        return new INDArray[] {
            PerImage.channels(outputGradient, 0, first).dup('c'),
            PerImage.channels(outputGradient, first, outputGradient.size(3)).dup('c')
        };
    }
}
