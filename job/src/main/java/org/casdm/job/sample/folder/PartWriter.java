package org.casdm.job.sample.folder;

import java.io.Closeable;
import java.io.IOException;

/** Writes the images of one part, in order. Nothing of a part counts before {@link #finish} has returned. */
public interface PartWriter extends Closeable {

    /**
     * Writes the next image.
     *
     * @param label its class, or {@link org.casdm.data.shard.DatasetDescription#NO_LABEL}
     * @param pixels size × size × 3 unsigned bytes, channel last, from {@code offset} on
     */
    void write(long image, int label, byte[] pixels, int offset) throws IOException;

    /** Completes the part; to be called once, when all its images are written. */
    Part finish() throws IOException;
}
