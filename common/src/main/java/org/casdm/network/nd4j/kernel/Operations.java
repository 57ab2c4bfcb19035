package org.casdm.network.nd4j.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The operations of ND4J that networks are made of. All write into given arrays, which are dense and in C order unless
 * it says otherwise: a convolution into part of an array's channels crashes the JVM inside oneDNN (ND4J 1.0.0-M2.1).
 */
public final class Operations {

    private Operations() {}

    /**
     * output = alpha · op(a) · op(b) + beta · output, op being the identity or the transpose; two dimensions, rows may
     * lie apart.
     */
    public static void multiply(
            INDArray a,
            boolean transposeA,
            INDArray b,
            boolean transposeB,
            double alpha,
            double beta,
            INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("matmul")
                .addInputs(a, b)
                .addOutputs(output)
                .addIntegerArguments(transposeA ? 1 : 0, transposeB ? 1 : 0, 0)
                .addFloatingPointArguments(alpha, beta)
                .build());
    }

    /** target[rows, c] += bias[c]. */
    public static void addBias(INDArray target, INDArray bias) {
        Nd4j.exec(DynamicCustomOp.builder("biasadd")
                .addInputs(target, bias)
                .addOutputs(target)
                .build());
    }

    /** Softmax over the last dimension, in place. */
    public static void softmax(INDArray values) {
        Nd4j.exec(DynamicCustomOp.builder("softmax")
                .addInputs(values)
                .addOutputs(values)
                .addIntegerArguments(values.rank() - 1)
                .build());
    }

    /** ReLU, in place. */
    public static void relu(INDArray values) {
        Nd4j.exec(DynamicCustomOp.builder("relu")
                .addInputs(values)
                .addOutputs(values)
                .addFloatingPointArguments(0.0)
                .build());
    }

    /** Sets the gradient to zero where ReLU's output is zero. */
    public static void reluBackward(INDArray output, INDArray gradient) {
        Nd4j.exec(DynamicCustomOp.builder("relu_bp")
                .addInputs(output, gradient)
                .addOutputs(gradient)
                .addFloatingPointArguments(0.0)
                .build());
    }

    /**
     * A convolution of [n, h, w, in] with kernel [height, width, in, out].
     *
     * @param bias [out], or null
     * @param paddingHeight rows of zeros above and below
     * @param paddingWidth columns of zeros on either side
     */
    public static void convolve(
            INDArray input,
            INDArray weight,
            INDArray bias,
            int stride,
            int paddingHeight,
            int paddingWidth,
            INDArray output) {
        var builder = DynamicCustomOp.builder("conv2d");
        if (bias == null) {
            builder.addInputs(input, weight);
        } else {
            builder.addInputs(input, weight, bias);
        }
        Nd4j.exec(builder.addOutputs(output)
                .addIntegerArguments(convolution(weight, stride, paddingHeight, paddingWidth))
                .build());
    }

    /** The gradients of {@link #convolve} with a bias and the same padding on all sides. */
    public static void convolveBackward(
            INDArray input,
            INDArray weight,
            INDArray bias,
            int stride,
            int padding,
            INDArray outputGradient,
            INDArray inputGradient,
            INDArray weightGradient,
            INDArray biasGradient) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d_bp")
                .addInputs(input, weight, bias, outputGradient)
                .addOutputs(inputGradient, weightGradient, biasGradient)
                .addIntegerArguments(convolution(weight, stride, padding, padding))
                .build());
    }

    /** Kernel, stride, padding, dilation; explicit padding, channels last, weights [h, w, in, out]. */
    private static int[] convolution(INDArray weight, int stride, int paddingHeight, int paddingWidth) {
        return new int[] {
            (int) weight.size(0), (int) weight.size(1), stride, stride, paddingHeight, paddingWidth, 1, 1, 0, 1, 0
        };
    }

    /** Maxima of square windows of [n, h, w, channels]; what is outside of the image does not count. */
    public static void maxPool(INDArray input, int kernel, int stride, int padding, INDArray output) {
        pool("maxpool2d", input, kernel, stride, padding, output);
    }

    /** Averages over square windows of [n, h, w, channels]; what is outside of the image does not count. */
    public static void averagePool(INDArray input, int kernel, int stride, int padding, INDArray output) {
        pool("avgpool2d", input, kernel, stride, padding, output);
    }

    private static void pool(String operation, INDArray input, int kernel, int stride, int padding, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder(operation)
                .addInputs(input)
                .addOutputs(output)
                .addIntegerArguments(pooling(kernel, stride, padding))
                .build());
    }

    /** Kernel, stride, padding, dilation; explicit padding; divided by what is inside; channels last. */
    private static int[] pooling(int kernel, int stride, int padding) {
        return new int[] {kernel, kernel, stride, stride, padding, padding, 1, 1, 0, 0, 1};
    }

    /** The gradient of {@link #maxPool} without padding. */
    public static void maxPoolBackward(
            INDArray input, int kernel, int stride, INDArray outputGradient, INDArray inputGradient) {
        poolBackward("maxpool2d_bp", input, kernel, stride, outputGradient, inputGradient);
    }

    /** The gradient of {@link #averagePool} without padding. */
    public static void averagePoolBackward(
            INDArray input, int kernel, int stride, INDArray outputGradient, INDArray inputGradient) {
        poolBackward("avgpool2d_bp", input, kernel, stride, outputGradient, inputGradient);
    }

    private static void poolBackward(
            String operation, INDArray input, int kernel, int stride, INDArray outputGradient, INDArray inputGradient) {
        Nd4j.exec(DynamicCustomOp.builder(operation)
                .addInputs(input, outputGradient)
                .addOutputs(inputGradient)
                .addIntegerArguments(pooling(kernel, stride, 0))
                .build());
    }

    /** sums[c] = the sum of column c of a matrix. */
    public static void sumRows(INDArray matrix, INDArray sums) {
        Nd4j.exec(DynamicCustomOp.builder("reduce_sum")
                .addInputs(matrix)
                .addOutputs(sums)
                .addIntegerArguments(0)
                .build());
    }

    /** Arrays one after the other along the last dimension. */
    public static void concatenate(INDArray output, INDArray... parts) {
        Nd4j.exec(DynamicCustomOp.builder("concat")
                .addInputs(parts)
                .addOutputs(output)
                .addIntegerArguments(output.rank() - 1)
                .build());
    }

    /** An array as a matrix whose columns are the channels. */
    public static INDArray rows(INDArray array) {
        long channels = array.size(array.rank() - 1);
        return array.rank() == 2 ? array : array.reshape('c', array.length() / channels, channels);
    }
}
