package org.casdm.data.shard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import org.casdm.data.ImageReader;
import org.casdm.data.ImageSet;
import org.casdm.data.ReadOptions;
import org.casdm.data.picture.Picture;

/** Single images of shards. One that is not in the row group last read costs the reading of another row group. */
final class ShardImageReader implements ImageReader {

    private final ShardImageSet set;
    private final ReadOptions options;
    private final RowGroupReader reader;
    /** The index behind each row group's last image. */
    private final long[] ends;

    ShardImageReader(ShardImageSet set, ReadOptions options, RowGroupReader reader) {
        this.set = set;
        this.options = options;
        this.reader = reader;
        ends = Arrays.stream(set.rowGroups()).asLongStream().toArray();
        Arrays.parallelPrefix(ends, Long::sum);
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
    public synchronized void read(long index, byte[] destination, int offset) throws IOException {
        int bytes = options.transform().byteCount();
        Objects.checkFromIndexSize(offset, bytes, destination.length);
        System.arraycopy(reader.read(group(index)).pixels(), place(index) * bytes, destination, offset, bytes);
    }

    @Override
    public Picture picture(long index) throws IOException {
        int size = set.description().size();
        var samples = new byte[options.transform().byteCount()];
        read(index, samples, 0);
        return new Picture(size, size, 3, samples);
    }

    @Override
    public synchronized int label(long index) {
        try {
            return reader.read(group(index)).labels()[place(index)];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized String id(long index) {
        try {
            return reader.read(group(index)).ids().get(place(index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int group(long index) {
        Objects.checkIndex(index, set.count());
        int found = Arrays.binarySearch(ends, index);
        return found >= 0 ? found + 1 : -found - 1;
    }

    private int place(long index) {
        int group = group(index);
        return (int) (index - (group == 0 ? 0 : ends[group - 1]));
    }

    @Override
    public synchronized void close() throws IOException {
        reader.close();
    }
}
