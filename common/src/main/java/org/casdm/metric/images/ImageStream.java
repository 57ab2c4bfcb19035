package org.casdm.metric.images;

import java.io.Closeable;
import java.io.IOException;
import org.casdm.data.shard.DatasetDescription;

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

    /** The class of the image that was read last; {@link DatasetDescription#NO_LABEL} where the set has no labels. */
    default int label() {
        return DatasetDescription.NO_LABEL;
    }
}
