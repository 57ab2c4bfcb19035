package org.casdm.data.source.array;

import java.io.IOException;
import java.util.OptionalLong;
import org.casdm.data.picture.Picture;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.DecodedPicture;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RangeInput;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.storage.Storage;

/**
 * Some of the records of a CIFAR file.
 *
 * @param file    where it is
 * @param length  of the file when it was listed
 * @param format  CIFAR-10 or CIFAR-100
 * @param classes how many there are
 * @param first   the first record
 * @param end     the one after the last
 */
public record CifarPart(String file, long length, SourceFormat format, int classes, long first, long end)
        implements SourcePart {
    private static final int SIDE = 32;
    private static final int AREA = SIDE * SIDE;
    private static final int CHANNELS = 3;

    public static int recordBytes(SourceFormat format) {
        return labelBytes(format) + CHANNELS * AREA;
    }

    private static int labelBytes(SourceFormat format) {
        return format == SourceFormat.CIFAR10 ? 1 : 2;
    }

    @Override
    public String name() {
        return file + ", records " + first + " to " + (end - 1);
    }

    @Override
    public long bytes() {
        return (end - first) * recordBytes(format);
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(end - first);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        var path = Storage.path(file);
        RangeInput.requireLength(path, length, context.hadoop());
        long behind = Math.min(length, end * recordBytes(format));
        RangeInput input = RangeInput.sequential(path, first * recordBytes(format), behind, context.hadoop());
        return new LookAhead() {
            private long index = first;

            @Override
            protected SourceRecord read() throws IOException {
                return index == end ? null : record(path.getName() + "#" + index++, input);
            }

            @Override
            public void close() throws IOException {
                input.close();
            }
        };
    }

    private SourceRecord record(String id, RangeInput input) throws IOException {
        byte[] content = input.readNBytes(recordBytes(format));
        if (content.length < recordBytes(format)) {
            return new BadRecord(
                    id, "the record is cut short: " + content.length + " of " + recordBytes(format) + " bytes");
        }
        int start = labelBytes(format);
        int label = content[start - 1] & 0xff;
        if (label >= classes) {
            return new BadRecord(
                    id,
                    "label " + label + " where " + format.key() + " has 0 to " + (classes - 1)
                            + "; perhaps the file is not " + format.key());
        }
        return new RawImage(id, label, new DecodedPicture(Picture.ofPlanes(SIDE, content, start)));
    }
}
