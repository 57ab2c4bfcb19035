package org.casdm.cascade.graph;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Timesteps [images, 1] as the networks see them.
 *
 * @param factor what a timestep of the schedule is multiplied with
 */
public record ScaleTimesteps(double factor) implements VertexFunction {

    @Override
    public int inputCount() {
        return 1;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        return inputs[0].mul(factor);
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        return PerImage.zerosLike(inputs);
    }
}
