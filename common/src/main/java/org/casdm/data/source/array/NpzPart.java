package org.casdm.data.source.array;

import java.io.EOFException;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.zip.ZipException;
import org.casdm.data.picture.Picture;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.DecodedPicture;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.storage.Storage;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.npy.NpyReader;

/**
 * Some of the records of a file of downsampled ImageNet.
 *
 * @param file        where it is
 * @param first       the first record
 * @param end         the one after the last
 * @param recordBytes of each
 */
record NpzPart(String file, int first, int end, int recordBytes) implements SourcePart {
    @Override
    public String name() {
        return file + ", records " + first + " to " + (end - 1);
    }

    @Override
    public long bytes() {
        return (long) (end - first) * recordBytes;
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(end - first);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        var path = Storage.path(file);
        NpzBatch batch = NpzBatch.open(path, context.hadoop(), context.limits());
        try {
            NpyReader data = batch.data();
            data.skip((long) first * recordBytes);
            return new Records(path.getName(), batch, data);
        } catch (IOException | RuntimeException e) {
            batch.close();
            throw e;
        }
    }

    private final class Records extends LookAhead {
        private final String fileName;
        private final NpzBatch batch;
        private final NpyReader data;
        private int index = first;

        Records(String fileName, NpzBatch batch, NpyReader data) {
            this.fileName = fileName;
            this.batch = batch;
            this.data = data;
        }

        @Override
        protected SourceRecord read() throws IOException {
            if (index == end) {
                return null;
            }
            int record = index;
            byte[] planes = new byte[recordBytes];
            try {
                data.read(planes, 0, recordBytes);
            } catch (TensorFormatException | EOFException | ZipException e) {
                index = end;
                return new BadRecord(
                        fileName,
                        "cut short or damaged: " + e.getMessage() + ", at record " + record + " of " + file
                                + "; records before it were read, later ones were not");
            }
            index++;
            var id = fileName + "#" + record;
            int label = batch.labelled() ? batch.label(record) - 1 : DatasetDescription.NO_LABEL;
            if (batch.labelled() && label < 0) {
                return new BadRecord(id, "label " + batch.label(record) + " where labels begin at 1");
            }
            return new RawImage(id, label, new DecodedPicture(Picture.ofPlanes(batch.side(), planes, 0)));
        }

        @Override
        public void close() throws IOException {
            batch.close();
        }
    }
}
