package org.casdm.lpips;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer of a trunk at work, all arrays from the trunk's arena.
 *
 * <p>A forward pass takes first and second images together, as one batch; the backward pass that may follow is for the
 * first half alone.
 */
interface FeatureLayer {

    /**
     * Computes the layer.
     *
     * @param input stays the caller's, who keeps it until the backward pass if there will be one
     * @param keep whether {@link #backward} will follow
     */
    INDArray forward(INDArray input, boolean keep);

    /**
     * The gradient of the input's first half.
     *
     * @param input as it was given to {@link #forward}
     * @param output as it came from it
     * @param outputGradient of the output's first half; the layer may change it and gives it back to the arena
     */
    INDArray backward(INDArray input, INDArray output, INDArray outputGradient);
}
