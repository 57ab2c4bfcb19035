package org.casdm.data;

import java.io.Closeable;
import java.io.IOException;
import org.casdm.data.picture.Picture;

/**
 * Random access to the transformed images of an {@link ImageSet}. Readers are safe for several threads; tasks in one JVM
 * share one rather than open their own. Reading after {@code close} is not defined.
 */
public interface ImageReader extends Closeable {
    /** The label of images that have none. */
    int NO_LABEL = -1;

    /** What is read. */
    ImageSet imageSet();

    /** The options with which it is read. */
    ReadOptions options();

    /**
     * Reads one image.
     *
     * @param index       0 to count - 1
     * @param destination takes size × size × 3 unsigned bytes, row-major, channel last
     * @param offset      where in the destination to begin
     * @throws BadImageException         when this image cannot be used, now or later
     * @throws IOException               when the storage fails
     * @throws IndexOutOfBoundsException when there is no such image, or the destination is too short
     */
    void read(long index, byte[] destination, int offset) throws IOException;

    /**
     * One image as it is stored, decoded but neither resized nor cached.
     *
     * @param index 0 to count - 1
     * @throws BadImageException         when this image cannot be used, now or later
     * @throws IOException               when the storage fails
     * @throws IndexOutOfBoundsException when there is no such image
     */
    Picture picture(long index) throws IOException;

    /**
     * The label of an image: 0 to classes - 1, or {@link #NO_LABEL}.
     *
     * @throws BadImageException when the record has no usable label
     */
    int label(long index) throws BadImageException;

    /** Where an image comes from: the file, or the file and the number of the record in it. */
    String id(long index);
}
