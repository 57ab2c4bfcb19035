package org.casdm.cascade.graph;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The loss of DDPM for each image: (ε_θ, ε) to [images, 1], the mean of (ε_θ - ε)² (Ho et al. 2020, L_simple). */
public record EpsilonTerm() implements VertexFunction {

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
        return PerImage.meanSquare(inputs[0].sub(inputs[1])).reshape(inputs[0].size(0), 1);
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        var gradients = PerImage.zerosLike(inputs);
        gradients[0]
                .assign(inputs[0])
                .subi(inputs[1])
                .muli(PerImage.column(outputGradient, 0).muli(2.0 / PerImage.valuesPerImage(inputs[0])));
        return gradients;
    }
}
