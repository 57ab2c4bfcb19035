package org.casdm.data.source.archive;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.BadImageException;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RangeInput;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.storage.Storage;

/**
 * Some of the pictures of a zip.
 *
 * @param file    where it is
 * @param length  of the file when it was listed
 * @param first   the first one's index in the order of their data
 * @param members what the directory says of them, in the order of their data
 * @param labels  their labels
 * @param refused what was refused when the zip was listed, reported as records of this part
 */
record ZipPart(
        String file, long length, int first, List<ZipMember> members, List<Integer> labels, List<BadRecord> refused)
        implements SourcePart {
    ZipPart {
        members = List.copyOf(members);
        labels = List.copyOf(labels);
        refused = List.copyOf(refused);
    }

    @Override
    public String name() {
        return file + ", pictures " + first + " to " + (first + members.size() - 1);
    }

    @Override
    public long bytes() {
        return members.stream().mapToLong(ZipMember::packed).sum();
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(members.size() + refused.size());
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        var path = Storage.path(file);
        Configuration hadoop = context.hadoop();
        RangeInput.requireLength(path, length, hadoop);
        var input = RangeInput.scattered(path, length, ZipListing.BLOCK_BYTES, hadoop);
        var content = new ZipContent(input, context.limits());
        return new LookAhead() {
            private int index;

            @Override
            protected SourceRecord read() throws IOException {
                int record = index++;
                if (record >= members.size()) {
                    return record < members.size() + refused.size() ? refused.get(record - members.size()) : null;
                }
                ZipMember member = members.get(record);
                try {
                    return new RawImage(member.name(), labels.get(record), new EncodedPicture(content.read(member)));
                } catch (BadImageException e) {
                    return BadRecord.of(member.name(), e);
                }
            }

            @Override
            public void close() throws IOException {
                content.close();
            }
        };
    }
}
