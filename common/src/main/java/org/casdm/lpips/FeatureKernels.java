package org.casdm.lpips;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arithmetic of LPIPS around the convolutions. Two implementations give the same numbers: {@link
 * HostFeatureKernels} makes one pass over host memory, {@link DeviceFeatureKernels} is ND4J's operations, for GPUs and
 * for double precision.
 *
 * <p>Features are [images, height, width, channels] in C order, dense.
 */
interface FeatureKernels extends AutoCloseable {

    /** What lpips 0.1.4 adds to the norm of a feature vector before it divides ({@code normalize_tensor}). */
    double NORM_EPSILON = 1e-10;

    /** The implementation for a type of number on this machine's ND4J backend. */
    static FeatureKernels of(DataType dataType, int threads) {
        boolean host = dataType == DataType.FLOAT && Nd4j.getEnvironment().isCPU();
        return host ? new HostFeatureKernels(threads) : new DeviceFeatureKernels();
    }

    /**
     * output = input · weight, each image by itself: an image's result does not depend on the others.
     *
     * @param input features
     * @param weight [channels, output channels]
     * @param output features of the same height and width
     */
    void multiply(INDArray input, INDArray weight, INDArray output);

    /** The maximum over windows of features that are not negative; the output's shape is the layer's. */
    void maxPool(INDArray input, TrunkLayer.MaxPool layer, INDArray output);

    /** The gradient of {@link #maxPool}: each window's goes to its first maximum in C order. */
    void maxPoolBackward(INDArray input, TrunkLayer.MaxPool layer, INDArray outputGradient, INDArray inputGradient);

    /**
     * Distances of features: the vectors of channels are scaled to length 1, their squared differences are weighted,
     * summed over the channels and averaged over the positions.
     *
     * @param first features of the first images
     * @param second features of the second images, as many
     * @param lin weights of the channels, [channels]
     * @return one distance for each image
     */
    double[] distances(INDArray first, INDArray second, INDArray lin);

    /**
     * The gradient of each image's distance with respect to its first features. A vector that is zero has none, where
     * PyTorch gives NaN.
     *
     * @param gradient receives the gradient
     * @param add whether the gradient is added to what is there
     */
    void distanceGradient(INDArray first, INDArray second, INDArray lin, INDArray gradient, boolean add);

    @Override
    void close();
}
