package org.casdm.network.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** The matrix products, as ND4J operations that write into given arrays. */
final class Operations {

    private Operations() {
    }

    /** output = alpha · op(a) · op(b) + beta · output, op being the identity or the transpose; two dimensions. */
    static void multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB, double alpha, double beta,
            INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("matmul").addInputs(a, b).addOutputs(output)
                .addIntegerArguments(transposeA ? 1 : 0, transposeB ? 1 : 0, 0)
                .addFloatingPointArguments(alpha, beta).build());
    }

    /** target[rows, c] += bias[c]. */
    static void addBias(INDArray target, INDArray bias) {
        Nd4j.exec(DynamicCustomOp.builder("biasadd").addInputs(target, bias).addOutputs(target).build());
    }

    /** Softmax over the last dimension, in place. */
    static void softmax(INDArray values) {
        Nd4j.exec(DynamicCustomOp.builder("softmax").addInputs(values).addOutputs(values)
                .addIntegerArguments(values.rank() - 1).build());
    }

    /** A 3×3 convolution of [n, h, w, in] with padding 1 and kernel [3, 3, in, out]. */
    static void convolve(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d").addInputs(input, weight, bias).addOutputs(output)
                .addIntegerArguments(convolution(stride)).build());
    }

    /** The gradients of {@link #convolve}. */
    static void convolveBackward(INDArray input, INDArray weight, INDArray bias, int stride, INDArray outputGradient,
            INDArray inputGradient, INDArray weightGradient, INDArray biasGradient) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d_bp").addInputs(input, weight, bias, outputGradient)
                .addOutputs(inputGradient, weightGradient, biasGradient)
                .addIntegerArguments(convolution(stride)).build());
    }

    /** Kernel, stride, padding, dilation; explicit padding, channels last, weights [h, w, in, out]. */
    private static int[] convolution(int stride) {
        return new int[] {3, 3, stride, stride, 1, 1, 1, 1, 0, 1, 0};
    }

    /** Appends along the last dimension. */
    static void concatenate(INDArray first, INDArray second, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("concat").addInputs(first, second).addOutputs(output)
                .addIntegerArguments(output.rank() - 1).build());
    }
}
