package org.casdm.metric.inception;

import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.kernel.Parallel;

/** Makes the network's input of images of one size. */
final class ImagePreparation {

    private static final int ROW = InceptionLayout.SIDE * ImageBatch.CHANNELS;

    /**
     * For each pixel of the target, the two of the source that it lies between, and how near it is to the second.
     *
     * @param lower the first
     * @param upper the second, the same at the edge
     * @param weight of the second, 0 to 1
     */
    private record Places(int[] lower, int[] upper, float[] weight) {

        static Places of(InceptionResize resize, int size) {
            int side = InceptionLayout.SIDE;
            var places = new Places(new int[side], new int[side], new float[side]);
            for (int i = 0; i < side; i++) {
                double place = resize.place(i, size, side);
                places.lower[i] = Math.min((int) place, size - 1);
                places.upper[i] = Math.min(places.lower[i] + 1, size - 1);
                places.weight[i] = (float) (place - places.lower[i]);
            }
            return places;
        }
    }

    private final int height;
    private final int width;
    private final Places rows;
    private final Places columns;
    private final float scale;
    private final float shift;

    ImagePreparation(InceptionResize resize, int height, int width) {
        this.height = height;
        this.width = width;
        rows = Places.of(resize, height);
        columns = Places.of(resize, width);
        scale = (float) resize.scale();
        shift = (float) resize.shift();
    }

    boolean fits(ImageBatch images) {
        return images.height() == height && images.width() == width;
    }

    /**
     * Prepares images.
     *
     * @param first index of the first
     * @param count how many
     * @param target receives count × 299 × 299 × 3 floats
     */
    void apply(ImageBatch images, int first, int count, float[] target, Parallel parallel) {
        parallel.forEach(
                count,
                i -> prepare(
                        images.pixels(), (first + i) * images.imageBytes(), target, i * InceptionLayout.SIDE * ROW));
    }

    private void prepare(byte[] pixels, int start, float[] target, int targetStart) {
        var upper = new float[ROW];
        var lower = new float[ROW];
        int upperRow = -1;
        int lowerRow = -1;
        for (int y = 0; y < InceptionLayout.SIDE; y++) {
            if (rows.lower[y] != upperRow) {
                upperRow = rows.lower[y];
                if (upperRow == lowerRow) {
                    System.arraycopy(lower, 0, upper, 0, ROW);
                } else {
                    stretch(pixels, start + upperRow * width * ImageBatch.CHANNELS, upper);
                }
            }
            if (rows.upper[y] != lowerRow) {
                lowerRow = rows.upper[y];
                stretch(pixels, start + lowerRow * width * ImageBatch.CHANNELS, lower);
            }
            blend(upper, lower, rows.weight[y], target, targetStart + y * ROW);
        }
    }

    private void stretch(byte[] pixels, int start, float[] row) {
        for (int x = 0; x < InceptionLayout.SIDE; x++) {
            int left = start + columns.lower[x] * ImageBatch.CHANNELS;
            int right = start + columns.upper[x] * ImageBatch.CHANNELS;
            float weight = columns.weight[x];
            for (int c = 0; c < ImageBatch.CHANNELS; c++) {
                float first = Byte.toUnsignedInt(pixels[left + c]);
                float second = Byte.toUnsignedInt(pixels[right + c]);
                row[x * ImageBatch.CHANNELS + c] = first + (second - first) * weight;
            }
        }
    }

    private void blend(float[] upper, float[] lower, float weight, float[] target, int start) {
        for (int i = 0; i < ROW; i++) {
            target[start + i] = (upper[i] + (lower[i] - upper[i]) * weight) * scale + shift;
        }
    }
}
