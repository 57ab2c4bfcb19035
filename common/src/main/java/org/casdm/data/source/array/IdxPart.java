package org.casdm.data.source.array;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.zip.ZipException;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.picture.Picture;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.DecodedPicture;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * Some of the images of an IDX file. Unlike an archive, a file that is cut short or too long is refused as a
 * whole: its header says how many images there are.
 *
 * @param images  the file of images
 * @param labels  the file of labels; empty without labels
 * @param total   images in the file
 * @param rows    of an image
 * @param columns of an image
 * @param first   the first image
 * @param end     the one after the last
 */
record IdxPart(String images, String labels, int total, int rows, int columns, int first, int end)
        implements SourcePart {
    @Override
    public String name() {
        return images + ", records " + first + " to " + (end - 1);
    }

    @Override
    public long bytes() {
        return (long) (end - first) * rows * columns;
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(end - first);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        var path = Storage.path(images);
        Configuration hadoop = context.hadoop();
        byte[] classes = labels.isEmpty()
                ? new byte[0]
                : IdxFile.data(Storage.path(labels), IdxFile.LABELS_MAGIC, new int[] {total}, hadoop);
        DataInputStream input = IdxFile.open(path, IdxFile.IMAGES_MAGIC, new int[] {total, rows, columns}, hadoop);
        return new LookAhead() {
            private int index = first;
            private boolean placed;

            @Override
            protected SourceRecord read() throws IOException {
                try {
                    if (!placed) {
                        input.skipNBytes((long) first * rows * columns);
                        placed = true;
                    }
                    if (index == end) {
                        if (end == total && input.read() != -1) {
                            throw new DataException(images + " continues after the " + total
                                    + " images that its header promises. Download it again");
                        }
                        return null;
                    }
                    byte[] samples = new byte[rows * columns];
                    input.readFully(samples);
                    int label = classes.length == 0 ? DatasetDescription.NO_LABEL : classes[index] & 0xff;
                    return new RawImage(
                            path.getName() + "#" + index++,
                            label,
                            new DecodedPicture(new Picture(columns, rows, 1, samples)));
                } catch (EOFException | ZipException e) {
                    throw new DataException(
                            images + " is cut short or damaged: its header promises " + total
                                    + " images, and it ends within image " + index + ". Download it again",
                            e);
                }
            }

            @Override
            public void close() throws IOException {
                input.close();
            }
        };
    }
}
