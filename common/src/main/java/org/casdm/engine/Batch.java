package org.casdm.engine;

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
 */
public record Batch(int images, int size, int channels, float[] x0, float[] epsilon, int[] timesteps, int[] labels) {}
