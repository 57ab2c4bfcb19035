package org.casdm.data;

import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.data.picture.Picture;

/** CIFAR's records, loaded whole (150 MB for the full sets) and immutable from then on. */
final class CifarImageReader implements ImageReader {
    private final CifarImageSet set;
    private final ReadOptions options;
    private final byte[][] contents;
    /** The index behind each file's last record. */
    private final long[] ends;

    private final long count;

    CifarImageReader(CifarImageSet set, Configuration hadoop, ReadOptions options) throws IOException {
        this.set = set;
        this.options = options;
        contents = new byte[set.files().size()][];
        ends = new long[contents.length];
        long end = 0;
        for (int i = 0; i < contents.length; i++) {
            var file = set.files().get(i);
            contents[i] = Storage.bytes(new Path(file.path()), file.length(), hadoop);
            end += file.records(recordBytes());
            ends[i] = end;
        }
        count = end;
    }

    @Override
    public ImageSet imageSet() {
        return set;
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public void read(long index, byte[] destination, int offset) throws BadImageException {
        options.transform().apply(picture(index), destination, offset);
    }

    @Override
    public Picture picture(long index) throws BadImageException {
        label(index);
        int file = file(index);
        byte[] content = contents[file];
        int start = start(index, file) + CifarImageSet.labelBytes(set.format());
        byte[] samples = new byte[CifarImageSet.PIXEL_BYTES];
        int area = CifarImageSet.SIDE * CifarImageSet.SIDE;
        for (int i = 0; i < area; i++) {
            for (int channel = 0; channel < 3; channel++) {
                samples[3 * i + channel] = content[start + channel * area + i];
            }
        }
        return new Picture(CifarImageSet.SIDE, CifarImageSet.SIDE, 3, samples);
    }

    @Override
    public int label(long index) throws BadImageException {
        int file = file(index);
        int start = start(index, file);
        int available = contents[file].length - start;
        if (available < recordBytes()) {
            throw new BadImageException(
                    id(index),
                    String.format(Locale.ROOT, "the record is cut short: %d of %d bytes", available, recordBytes()));
        }
        int label = contents[file][start + CifarImageSet.labelBytes(set.format()) - 1] & 0xff;
        if (label >= set.classNames().size()) {
            throw new BadImageException(
                    id(index),
                    String.format(
                            Locale.ROOT,
                            "label %d where %s has 0 to %d; perhaps the file is not %s",
                            label,
                            set.format().key(),
                            set.classNames().size() - 1,
                            set.format().key()));
        }
        return label;
    }

    @Override
    public String id(long index) {
        int file = file(index);
        return set.files().get(file).path() + "#" + start(index, file) / recordBytes();
    }

    private int file(long index) {
        Objects.checkIndex(index, count);
        int file = 0;
        while (index >= ends[file]) {
            file++;
        }
        return file;
    }

    private int start(long index, int file) {
        return Math.toIntExact((index - (file == 0 ? 0 : ends[file - 1])) * recordBytes());
    }

    private int recordBytes() {
        return CifarImageSet.recordBytes(set.format());
    }

    @Override
    public void close() {
        // Memory alone is held.
    }
}
