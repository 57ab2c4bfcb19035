package org.casdm.metric.images;

import java.io.Closeable;
import java.io.IOException;

/** The images of a part, one after another. For one thread. */
public interface ImageStream extends Closeable {

    /**
     * Reads the next image.
     *
     * @param destination takes size × size × 3 unsigned bytes, row-major, channel last
     * @param offset      where in the destination to begin
     * @return whether there was one
     * @throws IOException if the storage fails
     */
    boolean read(byte[] destination, int offset) throws IOException;
}
