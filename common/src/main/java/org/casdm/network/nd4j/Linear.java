package org.casdm.network.nd4j;

import org.casdm.network.nd4j.kernel.Kernels;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;

/** x · W + b on rows; a 1×1 convolution when the rows are positions. */
final class Linear {

    private final INDArray weight;
    private final INDArray bias;
    private final INDArray weightGradient;
    private final INDArray biasGradient;

    Linear(Weights weights, String name) {
        weight = weights.value(name + ".weight");
        bias = weights.value(name + ".bias");
        weightGradient = weights.gradient(name + ".weight");
        biasGradient = weights.gradient(name + ".bias");
    }

    /** Outputs for each row. */
    long outputs() {
        return weight.size(1);
    }

    /** Additions and multiplications of a forward pass; a backward pass has twice as many. */
    long operations(long rows) {
        return 2 * rows * weight.length();
    }

    /**
     * output = input · W + b; any shapes whose last dimensions are the channels.
     *
     * @param training whether an image's output may depend on the batch, by rounding
     */
    void forward(INDArray input, INDArray output, Kernels kernels, boolean training) {
        var result = Operations.rows(output);
        if (training) {
            kernels.multiply(Operations.rows(input), false, weight, false, 0, result);
        } else {
            kernels.multiplyImages(input, weight, output);
        }
        Operations.addBias(result, bias);
    }

    /**
     * Writes the gradients of W and b, and that of the input where it is asked for.
     *
     * @param inputGradient null, or what receives or (with {@code add}) is increased by the input's gradient
     */
    void backward(INDArray input, INDArray outputGradient, INDArray inputGradient, boolean add, Kernels kernels) {
        var gradient = Operations.rows(outputGradient);
        kernels.multiply(Operations.rows(input), true, gradient, false, 0, weightGradient);
        kernels.sumRows(gradient, biasGradient);
        if (inputGradient != null) {
            kernels.multiply(gradient, false, weight, true, add ? 1 : 0, Operations.rows(inputGradient));
        }
    }
}
