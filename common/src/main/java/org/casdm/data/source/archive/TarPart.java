package org.casdm.data.source.archive;

import java.io.IOException;
import java.util.List;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecords;

/**
 * A tar that is read from begin to end: a file, perhaps compressed with gzip, or a range of one.
 *
 * @param file    where it is
 * @param name    to be shown
 * @param start   its first byte
 * @param end     the byte after its last one
 * @param prefix  put before the names of its entries to make ids
 * @param label   of all its pictures
 * @param sampled whether each picture's label is in a file beside it ({@link SampleLabel}) instead
 * @param refused what was refused when the tar around it was listed, reported as records of this part
 */
record TarPart(
        String file,
        String name,
        long start,
        long end,
        String prefix,
        int label,
        boolean sampled,
        List<BadRecord> refused)
        implements SourcePart {
    TarPart {
        refused = List.copyOf(refused);
    }

    @Override
    public long bytes() {
        return end - start;
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        return new TarRecords(this, context);
    }
}
