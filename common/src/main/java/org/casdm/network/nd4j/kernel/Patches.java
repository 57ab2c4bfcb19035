package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * What a 3×3 kernel with padding 1 sees of an image at each of its places, as rows of a matrix: a convolution is the
 * product of that matrix with the weights.
 *
 * @param height of the image
 * @param width of the image
 * @param channels of the image
 * @param stride from place to place
 */
record Patches(int height, int width, int channels, int stride) {

    static final int KERNEL = 3;

    /** Rows of places. */
    int placesDown() {
        return (height + stride - 1) / stride;
    }

    /** Places of a row. */
    int placesAcross() {
        return (width + stride - 1) / stride;
    }

    /** Values of a patch. */
    int length() {
        return KERNEL * KERNEL * channels;
    }

    private int imageRow() {
        return width * channels;
    }

    private int borderedRow() {
        return (width + 2) * channels;
    }

    /** The rows of a bordered image that some rows of places see. */
    private int seen(int rows) {
        return (rows - 1) * stride + KERNEL;
    }

    /**
     * Copies the patches of some rows of places.
     *
     * @param x images, one after another
     * @param image which one
     * @param from the first row of places
     * @param rows how many
     * @param patches receives them from its place {@code start} on
     */
    void gather(FloatBuffer x, int image, int from, int rows, FloatBuffer patches, int start, Scratch scratch) {
        int length = seen(rows) * borderedRow();
        float[] bordered = scratch.tile(0, length);
        Arrays.fill(bordered, 0, length, 0);
        int first = from * stride - 1;
        for (int row = Math.max(0, first); row < Math.min(height, first + seen(rows)); row++) {
            x.get((image * height + row) * imageRow(), bordered, (row - first) * borderedRow() + channels, imageRow());
        }
        int at = start;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < placesAcross(); column++) {
                for (int kernelRow = 0; kernelRow < KERNEL; kernelRow++) {
                    patches.put(
                            at,
                            bordered,
                            (row * stride + kernelRow) * borderedRow() + column * stride * channels,
                            KERNEL * channels);
                    at += KERNEL * channels;
                }
            }
        }
    }

    /** Adds up what all patches of an image, from {@code start} on, have at each pixel; the stride is 1. */
    void scatter(FloatBuffer patches, int start, FloatBuffer sums, int image, Scratch scratch) {
        int part = KERNEL * channels;
        int length = seen(height) * borderedRow();
        float[] bordered = scratch.tile(0, length);
        float[] patch = scratch.tile(1, part);
        Arrays.fill(bordered, 0, length, 0);
        int at = start;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                for (int kernelRow = 0; kernelRow < KERNEL; kernelRow++) {
                    patches.get(at, patch, 0, part);
                    add(patch, bordered, (row + kernelRow) * borderedRow() + column * channels, part);
                    at += part;
                }
            }
        }
        for (int row = 0; row < height; row++) {
            sums.put((image * height + row) * imageRow(), bordered, (row + 1) * borderedRow() + channels, imageRow());
        }
    }

    private static void add(float[] source, float[] target, int from, int length) {
        for (int i = 0; i < length; i++) {
            target[from + i] += source[i];
        }
    }
}
