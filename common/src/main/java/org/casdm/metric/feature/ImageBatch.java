package org.casdm.metric.feature;

import java.util.Objects;

/**
 * Images of one size.
 *
 * @param pixels count × height × width × 3 unsigned bytes from index 0, row-major, channel last; not copied; the array
 *        may be longer
 * @param count how many, at least 1
 * @param height in pixels
 * @param width in pixels
 */
public record ImageBatch(byte[] pixels, int count, int height, int width) {

    /** Red, green, blue. */
    public static final int CHANNELS = 3;

    /** @throws IllegalArgumentException if a size is below 1 or there are too few bytes */
    public ImageBatch {
        Objects.requireNonNull(pixels, "pixels");
        if (count < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("No images: " + count + " of " + height + "x" + width + " pixels");
        }
        long bytes = (long) count * height * width * CHANNELS;
        if (pixels.length < bytes) {
            throw new IllegalArgumentException(count + " images of " + height + "x" + width + " pixels take " + bytes
                    + " bytes, there are " + pixels.length);
        }
    }

    /** Bytes of an image. */
    public int imageBytes() {
        return height * width * CHANNELS;
    }
}
