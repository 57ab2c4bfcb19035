package org.casdm.metric.classifier;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A part of the network. Activations are arrays of its arena, which their holder releases. */
interface Layer {

    /** The output for an input, both of which stay the caller's. */
    INDArray forward(INDArray input);

    /**
     * Writes the gradients of the parameters.
     *
     * @param input as it was given to {@code forward}
     * @param output as it came from there
     * @param outputGradient the gradient of the output; may be changed; stays the caller's
     * @return the gradient of the input, the caller's
     */
    INDArray backward(INDArray input, INDArray output, INDArray outputGradient);
}
