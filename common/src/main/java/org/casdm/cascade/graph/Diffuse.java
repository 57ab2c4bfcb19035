package org.casdm.cascade.graph;

import org.casdm.diffusion.NoiseSchedule;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * (x_0, ε, t) to x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε. Stops gradients: nothing before it is trained.
 */
public record Diffuse(NoiseSchedule schedule) implements VertexFunction {

    @Override
    public int inputCount() {
        return 3;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        var signal = PerImage.coefficient(inputs[2], inputs[0], schedule::sqrtAlphaBar);
        var noise = PerImage.coefficient(inputs[2], inputs[0], schedule::sqrtOneMinusAlphaBar);
        return inputs[0].mul(signal).addi(inputs[1].mul(noise));
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        return PerImage.zerosLike(inputs);
    }
}
