package org.casdm.network.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A part of the network that maps an activation to another.
 *
 * <p>Arrays: the result of each method is taken from the arena and belongs to the caller. In training the input of
 * {@code forward} has to stay as it is until {@code backward} has returned; the module keeps what else it needs.
 */
interface Module {

    /**
     * @param input [images, height, width, channels]
     * @return the output
     */
    INDArray forward(INDArray input, Pass pass);

    /**
     * Writes the gradients of the module's parameters.
     *
     * @param outputGradient the gradient with respect to the output; given back to the arena
     * @return the gradient with respect to the input
     */
    INDArray backward(INDArray outputGradient, Pass pass);
}
