package org.casdm.job.train;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.casdm.data.BadImage;

/** The images of one worker in the order in which it trains on them. Used by one thread. */
interface WorkerImages extends Closeable {

    /**
     * Reads the next image.
     *
     * @param globalPosition images that all workers have visited before it, since the run began
     * @param destination    takes size × size × 3 unsigned bytes, row-major, channel last
     * @return its label, if labels are read
     */
    int read(long globalPosition, byte[] destination) throws IOException;

    /** The unusable images met so far, here and by the other workers of this JVM. */
    default List<BadImage> badImages() {
        return List.of();
    }

    /** Gives back what the next round may use. */
    @Override
    default void close() throws IOException {}
}
