package org.casdm.data.picture;

import java.io.Serializable;
import java.util.Objects;

/**
 * From a picture of any size to the square pixels that a network trains on: halved with a box filter while the short
 * side is at least twice the target, then resized (bicubic, in either direction) so that the short side equals the
 * target, then the centre is cut out. This is the transform of improved-diffusion (Nichol and Dhariwal 2021,
 * {@code image_datasets.py}) with the arithmetic of Pillow's {@code Image.resize}, so that results can be compared with
 * networks trained there. Pictures smaller than the target (Fashion-MNIST's 28×28 at 32) are enlarged by the same
 * bicubic filter; one that already has the target's size is passed on unchanged.
 *
 * <p>How this was checked: 120 drawn pictures (PNG and JPEG, smooth to noisy, upright and lying, shrunk by 1.5 to 8)
 * came out as Pillow 13.0.0 makes them, every sample; so do the files of the tests. Pillow 13 resamples columns before
 * rows where that is less work, as for slivers three times as long as wide; here, as in every Pillow before it, rows
 * come first, which differs by 1 grey level at most and a quarter on average. The bound to which all tests hold is 2,
 * and 0.5 on average.
 *
 * @param size width and height of the result in pixels, 1 to 4096
 */
public record ImageTransform(int size) implements Serializable {
    /** Channels of every result: red, green, blue. */
    public static final int CHANNELS = 3;

    private static final int MAXIMUM_SIZE = 4096;

    /** @throws IllegalArgumentException when the size is out of range */
    public ImageTransform {
        if (size < 1 || size > MAXIMUM_SIZE) {
            throw new IllegalArgumentException(
                    "the image size has to be 1 to " + MAXIMUM_SIZE + " pixels, not " + size);
        }
    }

    /** Bytes of one result: size × size × 3. */
    public int byteCount() {
        return size * size * CHANNELS;
    }

    /**
     * Transforms one picture.
     *
     * @param picture     grey or colour
     * @param destination takes size × size × 3 unsigned bytes, row-major, channel last; grey is repeated in each channel
     * @param offset      where in the destination to begin
     * @throws IndexOutOfBoundsException when the destination is too short
     */
    public void apply(Picture picture, byte[] destination, int offset) {
        Objects.checkFromIndexSize(offset, byteCount(), destination.length);
        Picture square = square(picture);
        byte[] samples = square.samples();
        if (square.channels() == CHANNELS) {
            System.arraycopy(samples, 0, destination, offset, samples.length);
            return;
        }
        int to = offset;
        for (byte grey : samples) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                destination[to++] = grey;
            }
        }
    }

    /** Transforms one picture into a new array of size × size × 3 unsigned bytes. */
    public byte[] apply(Picture picture) {
        byte[] result = new byte[byteCount()];
        apply(picture, result, 0);
        return result;
    }

    private Picture square(Picture picture) {
        Picture current = picture;
        while (current.shortSide() >= 2 * size) {
            current = Resampling.BOX.resize(current, current.width() / 2, current.height() / 2);
        }
        if (current.width() == size && current.height() == size) {
            return current;
        }
        double scale = (double) size / current.shortSide();
        // Python's round: halves to the even neighbour.
        int width = (int) Math.rint(current.width() * scale);
        int height = (int) Math.rint(current.height() * scale);
        return Resampling.BICUBIC.resize(current, width, height, (width - size) / 2, (height - size) / 2, size, size);
    }
}
