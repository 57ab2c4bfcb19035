package org.casdm.cascade.graph;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Loss terms [images, n] and [images, m] as [images, n + m]. */
public record JoinTerms() implements VertexFunction {

    @Override
    public int inputCount() {
        return 2;
    }

    @Override
    public boolean keepsValue() {
        return true;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        return Nd4j.concat(1, inputs);
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        long first = inputs[0].size(1);
        return new INDArray[] {columns(outputGradient, 0, first), columns(outputGradient, first, outputGradient.size(1))
        };
    }

    private static INDArray columns(INDArray terms, long from, long to) {
        return terms.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('c');
    }
}
