package org.casdm.data.source.lmdb;

import java.io.IOException;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecords;
import org.casdm.storage.Storage;

/**
 * A range of the keys of an LMDB: one of several of equal counts, in the order of keys.
 *
 * @param file   the database's file
 * @param index  which range, from 0 on
 * @param ranges how many there are
 * @param bytes  about how many
 * @param prefix put before keys to make ids
 * @param label  of all its pictures
 */
public record LmdbPart(String file, int index, int ranges, long bytes, String prefix, int label) implements SourcePart {
    @Override
    public String name() {
        return ranges == 1 ? file : file + ", range " + (index + 1) + " of " + ranges;
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        return new LmdbRecords(this, context.copies().get(Storage.path(file), context.hadoop()), context.limits());
    }
}
