package org.casdm.engine;

import java.util.Optional;

/**
 * What a training step is taken on. The arrays are not copied.
 *
 * @param images number of images
 * @param size width and height in pixels
 * @param channels colours of a pixel
 * @param x0 images in [-1, 1], [images, size, size, channels]
 * @param epsilon standard normal noise of the same shape
 * @param timesteps of each image, from 0 to the schedule's steps - 1
 * @param labels class of each image; null for a model without classes
 * @param weights what the loss of each image is multiplied with; empty: 1 for all
 */
public record Batch(
        int images,
        int size,
        int channels,
        float[] x0,
        float[] epsilon,
        int[] timesteps,
        int[] labels,
        Optional<float[]> weights) {

    /** A batch whose images count alike. */
    public Batch(int images, int size, int channels, float[] x0, float[] epsilon, int[] timesteps, int[] labels) {
        this(images, size, channels, x0, epsilon, timesteps, labels, Optional.empty());
    }
}
