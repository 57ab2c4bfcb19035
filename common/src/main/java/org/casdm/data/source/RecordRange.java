package org.casdm.data.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.casdm.data.BadImageException;
import org.casdm.data.ImageReader;
import org.casdm.data.ImageSet;
import org.casdm.data.ReadOptions;

/**
 * Some of the records of a set that is read in place (CIFAR, IDX).
 *
 * @param set   opened where the part is read
 * @param first the first record's index
 * @param end   the index behind the last record's
 * @param bytes about how many
 */
record RecordRange(ImageSet set, long first, long end, long bytes) implements SourcePart {
    /** Small pictures: enough of them that opening the file does not count. */
    private static final int RECORDS = 10_000;

    static List<SourcePart> of(ImageSet whole) {
        List<SourcePart> parts = new ArrayList<>();
        for (ImageSet set : whole.split()) {
            for (long first = 0; first < set.count(); first += RECORDS) {
                long end = Math.min(set.count(), first + RECORDS);
                parts.add(new RecordRange(set, first, end, (end - first) * 3072));
            }
        }
        return parts;
    }

    @Override
    public String name() {
        return String.format(Locale.ROOT, "%s, records %d to %d", set.location(), first, end - 1);
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(end - first);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        // Only pictures as they are stored are asked for: any size does.
        ImageReader reader = set.open(context.hadoop(), ReadOptions.ofSize(32));
        return new LookAhead() {
            private long index = first;

            @Override
            SourceRecord read() throws IOException {
                if (index == end) {
                    return null;
                }
                String path = reader.id(index);
                String id = path.substring(path.lastIndexOf('/') + 1);
                try {
                    return new RawImage(id, reader.label(index), new DecodedPicture(reader.picture(index)));
                } catch (BadImageException e) {
                    return BadRecord.of(id, e);
                } finally {
                    index++;
                }
            }

            @Override
            public void close() throws IOException {
                reader.close();
            }
        };
    }
}
