package org.casdm.lpips;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The operations of ND4J that the layers are made of; all write into given arrays. */
final class Convolutions {

    private Convolutions() {
    }

    /** Kernel, stride, padding, dilation; explicit padding, channels last, weights [h, w, in, out]. */
    private static int[] arguments(int kernel, int stride, int padding) {
        return new int[] {kernel, kernel, stride, stride, padding, padding, 1, 1, 0, 1, 0};
    }

    /** A convolution; {@code bias} may be null. */
    static void convolve(INDArray input, INDArray weight, INDArray bias, int stride, int padding, INDArray output) {
        var builder = DynamicCustomOp.builder("conv2d");
        if (bias == null) {
            builder.addInputs(input, weight);
        } else {
            builder.addInputs(input, weight, bias);
        }
        Nd4j.exec(builder.addOutputs(output)
                .addIntegerArguments(arguments((int) weight.size(0), stride, padding)).build());
    }

    /** The gradients of a convolution; of use is that of the input, ND4J gives the others along with it. */
    static void convolveBackward(INDArray input, INDArray weight, INDArray bias, int stride, int padding,
            INDArray outputGradient, INDArray inputGradient, INDArray weightGradient, INDArray biasGradient) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d_bp").addInputs(input, weight, bias, outputGradient)
                .addOutputs(inputGradient, weightGradient, biasGradient)
                .addIntegerArguments(arguments((int) weight.size(0), stride, padding)).build());
    }

    /** output = a · op(b) + beta · output for matrices, op being the identity or the transpose. */
    static void multiply(INDArray a, INDArray b, boolean transposeB, double beta, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("matmul").addInputs(a, b).addOutputs(output)
                .addIntegerArguments(0, transposeB ? 1 : 0, 0).addFloatingPointArguments(1.0, beta).build());
    }

    /** target[rows, c] += bias[c]. */
    static void addBias(INDArray target, INDArray bias) {
        Nd4j.exec(DynamicCustomOp.builder("biasadd").addInputs(target, bias).addOutputs(target).build());
    }

    /** In place. */
    static void relu(INDArray values) {
        Nd4j.exec(DynamicCustomOp.builder("relu").addInputs(values).addOutputs(values)
                .addFloatingPointArguments(0.0).build());
    }

    /** Sets the gradient to zero where ReLU's output is zero. */
    static void reluBackward(INDArray output, INDArray gradient) {
        Nd4j.exec(DynamicCustomOp.builder("relu_bp").addInputs(output, gradient).addOutputs(gradient)
                .addFloatingPointArguments(0.0).build());
    }

    /** Appends channels. */
    static void concatenate(INDArray first, INDArray second, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("concat").addInputs(first, second).addOutputs(output)
                .addIntegerArguments(output.rank() - 1).build());
    }

    /** Images {@code from} (included) to {@code to} (excluded): a view. */
    static INDArray images(INDArray array, long from, long to) {
        if (from == 0 && to == array.size(0)) {
            return array;
        }
        return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all());
    }

    /** The images that gradients are asked for. */
    static INDArray firstHalf(INDArray array) {
        return images(array, 0, array.size(0) / 2);
    }

    /** [images, height, width, channels] as a matrix with a row for each pixel: a view. */
    static INDArray pixels(INDArray array) {
        return array.reshape('c', array.length() / array.size(3), array.size(3));
    }
}
