package org.casdm.lpips;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a comparison of images gave.
 *
 * <p>An image's distance depends only on that image, so the gradients are computed along with the distances, for a
 * weight of 1 each, and need only be scaled later: nothing of the network's inside is kept.
 */
public final class LpipsResult {

    private final double[][] layerDistances;
    private final INDArray gradient;

    LpipsResult(double[][] layerDistances, INDArray gradient) {
        this.layerDistances = layerDistances;
        this.gradient = gradient;
    }

    /** The distance of each pair of images: at least 0, larger for images that look more different. */
    public double[] distances() {
        var sums = new double[layerDistances[0].length];
        for (var ofLayer : layerDistances) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += ofLayer[i];
            }
        }
        return sums;
    }

    /** What each slice of the trunk adds to the distances, [slice][image]. */
    public double[][] layerDistances() {
        var copy = new double[layerDistances.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = layerDistances[i].clone();
        }
        return copy;
    }

    /**
     * The gradient of Σ weight · distance with respect to the first images.
     *
     * @param weights one for each image, [images, 1] or as many elements in another shape
     * @return a new array [images, height, width, 3]
     * @throws IllegalStateException if the comparison was made without gradients
     */
    public INDArray backward(INDArray weights) {
        if (gradient == null) {
            throw new IllegalStateException("The images were compared without gradients");
        }
        if (weights.length() != gradient.size(0)) {
            throw new IllegalArgumentException(weights.length() + " weights for " + gradient.size(0) + " images");
        }
        return gradient.mul(weights.castTo(gradient.dataType()).reshape(gradient.size(0), 1, 1, 1));
    }
}
