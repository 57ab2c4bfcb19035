package org.casdm.data.source;

import java.io.IOException;
import java.util.OptionalLong;
import org.casdm.data.shard.DatasetDescription;

/**
 * A part whose pictures are read without their labels.
 *
 * @param part of the source
 */
record UnlabelledPart(SourcePart part) implements SourcePart {
    @Override
    public String name() {
        return part.name();
    }

    @Override
    public long bytes() {
        return part.bytes();
    }

    @Override
    public OptionalLong count() {
        return part.count();
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        SourceRecords records = part.open(context);
        return new SourceRecords() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public SourceRecord next() {
                SourceRecord record = records.next();
                return record instanceof RawImage image
                        ? new RawImage(image.id(), DatasetDescription.NO_LABEL, image.payload())
                        : record;
            }

            @Override
            public void close() throws IOException {
                records.close();
            }
        };
    }
}
