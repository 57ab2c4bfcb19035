package org.casdm.job.train;

import java.io.IOException;
import java.util.List;
import org.casdm.data.BadImage;
import org.casdm.data.EpochOrder;
import org.casdm.data.ImageReader;
import org.casdm.data.SubstitutingReader;

/**
 * Images of a set that is read in any order.
 *
 * @param reader   shared by the workers of this JVM
 * @param epochs   the order
 * @param labelled whether labels are read
 */
record IndexedImages(SubstitutingReader reader, EpochOrder epochs, boolean labelled) implements WorkerImages {

    @Override
    public int read(long globalPosition, byte[] destination) throws IOException {
        long index = reader.read(epochs.index(globalPosition), destination, 0);
        return labelled ? reader.label(index) : ImageReader.NO_LABEL;
    }

    @Override
    public List<BadImage> badImages() {
        return reader.badImages();
    }
}
