package org.casdm.network.nd4j.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arithmetic around convolutions: products, normalisation, activation, resizing, sums. Two implementations give the
 * same numbers: {@link HostKernels} makes one pass over host memory where a chain of ND4J operations makes ten,
 * {@link DeviceKernels} is that chain, for GPUs and for double precision.
 *
 * <p>Activations are [images, positions..., channels] in C order, all arrays dense.
 */
public interface Kernels extends AutoCloseable {

    /** Added to variances, as PyTorch's GroupNorm does. */
    double NORM_EPSILON = 1e-5;

    /** The implementation for a type of number on this machine's ND4J backend. */
    static Kernels of(DataType dataType, int threads) {
        boolean host = dataType == DataType.FLOAT && Nd4j.getEnvironment().isCPU();
        return host ? new HostKernels(threads) : new DeviceKernels();
    }

    /**
     * What a normalisation works with.
     *
     * @param groups groups of channels that share mean and variance
     * @param weight scale of each channel, [channels]
     * @param bias shift of each channel, [channels]
     * @param scaleShift null, or [images, 2 · channels]: s and h of the modulation y · (1 + s) + h
     * @param silu whether SiLU follows
     */
    record Norm(int groups, INDArray weight, INDArray bias, INDArray scaleShift, boolean silu) {}

    /**
     * Group normalisation (Wu &amp; He 2018), modulation, SiLU.
     *
     * @param input [images, ..., channels]
     * @param output as input; may not be the same array
     * @param statistics receives [images, 2, groups]: means, and reciprocals of standard deviations
     */
    void normalise(INDArray input, Norm norm, INDArray output, INDArray statistics);

    /**
     * The gradient of {@link #normalise}.
     *
     * @param input as it was given to {@code normalise}
     * @param statistics as they came from it
     * @param gradient the gradient with respect to the output; becomes that with respect to the input
     * @param addend null, or an array that is added to the input's gradient
     * @param weightGradient receives the gradient of the weight, [channels]
     * @param biasGradient receives the gradient of the bias, [channels]
     * @param scaleShiftGradient receives the gradient of scale and shift where there are any
     */
    void normaliseBackward(
            INDArray input,
            Norm norm,
            INDArray statistics,
            INDArray gradient,
            INDArray addend,
            INDArray weightGradient,
            INDArray biasGradient,
            INDArray scaleShiftGradient);

    /** target[n, ..., c] += terms[n, c]. */
    void addPerImage(INDArray target, INDArray terms);

    /** sums[n, c] = Σ over positions of input[n, ..., c]. */
    void sumPerImage(INDArray input, INDArray sums);

    /** sums[c] = Σ over rows of input[rows, c]. */
    void sumRows(INDArray input, INDArray sums);

    /** Nearest-neighbour doubling of [n, h, w, c] into [n, 2h, 2w, c]. */
    void upsample(INDArray input, INDArray output);

    /** The gradient of {@link #upsample}: sums of four. */
    void upsampleBackward(INDArray outputGradient, INDArray inputGradient);

    /** output = input · sigmoid(input). */
    void silu(INDArray input, INDArray output);

    /** gradient ·= d silu(input) / d input. */
    void siluBackward(INDArray input, INDArray gradient);

    /**
     * Attention head by head: softmax(q · kᵀ / √width) · v.
     *
     * @param joint [images, positions, heads · 3 · width]: for each head query, key and value after another
     * @param heads how many
     * @param probabilities receives the softmax, [images, heads, positions, positions]; null where no gradient follows
     * @param attended receives [images, positions, heads · width]
     */
    void attend(INDArray joint, int heads, INDArray probabilities, INDArray attended);

    /**
     * The gradient of {@link #attend}.
     *
     * @param joint as it was given to {@code attend}
     * @param heads as they were
     * @param probabilities as they came from it
     * @param attendedGradient the gradient with respect to {@code attended}
     * @param jointGradient receives the gradient with respect to {@code joint}
     */
    void attendBackward(
            INDArray joint, int heads, INDArray probabilities, INDArray attendedGradient, INDArray jointGradient);

    /** output = op(a) · op(b) + beta · output, where op is the identity or the transpose; dense matrices. */
    void multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB, double beta, INDArray output);

    /**
     * output = input · weight, each image by itself: on the host in float32 an image's result is the same to the last
     * bit whatever the batch and the number of threads.
     *
     * @param input [images, ..., terms]
     * @param weight [terms, columns]
     * @param output [images, ..., columns]
     */
    void multiplyImages(INDArray input, INDArray weight, INDArray output);

    /** As {@link #convolve}, but each image by itself, with the promise of {@link #multiplyImages}. */
    void convolveImages(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output);

    /**
     * A 3×3 convolution with padding 1 and a bias.
     *
     * @param input [images, height, width, in]
     * @param weight [3, 3, in, out]
     * @param bias [out]
     * @param stride 1 or 2
     * @param output [images, height / stride, width / stride, out], rounded up
     */
    void convolve(INDArray input, INDArray weight, INDArray bias, int stride, INDArray output);

    /**
     * The gradients of {@link #convolve}.
     *
     * @param input [images, height, width, in]
     * @param weight [3, 3, in, out]
     * @param bias [out]
     * @param stride 1 or 2
     * @param outputGradient the gradient with respect to the output
     * @param inputGradient receives the gradient of the input
     * @param weightGradient receives that of the weight
     * @param biasGradient receives that of the bias
     */
    void convolveBackward(
            INDArray input,
            INDArray weight,
            INDArray bias,
            int stride,
            INDArray outputGradient,
            INDArray inputGradient,
            INDArray weightGradient,
            INDArray biasGradient);

    /**
     * Sets each value to zero with probability {@code rate} and divides the others by 1 - rate. The choice depends on
     * the key and the place alone: the same call drops the same places again, as the backward pass needs it.
     */
    void dropout(INDArray values, double rate, long key);

    @Override
    void close();
}
