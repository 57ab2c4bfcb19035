package org.casdm.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.casdm.data.picture.Picture;

/**
 * Keeps transformed pixels until the cache of {@link ReadOptions#cacheMib} is full. Nothing is thrown out again: in
 * training every image comes once an epoch, where replacing the oldest would keep none long enough.
 */
final class CachingImageReader implements ImageReader {
    /** What an entry takes besides its pixels: array header, key, map node. */
    private static final int OVERHEAD_BYTES = 100;

    private final ImageReader reader;
    private final Map<Long, byte[]> kept = new ConcurrentHashMap<>();
    private final AtomicLong free;

    CachingImageReader(ImageReader reader) {
        this.reader = reader;
        free = new AtomicLong((long) reader.options().cacheMib() << 20);
    }

    @Override
    public ImageSet imageSet() {
        return reader.imageSet();
    }

    @Override
    public ReadOptions options() {
        return reader.options();
    }

    @Override
    public void read(long index, byte[] destination, int offset) throws IOException {
        int length = options().transform().byteCount();
        byte[] pixels = kept.get(index);
        if (pixels != null) {
            Objects.checkFromIndexSize(offset, length, destination.length);
            System.arraycopy(pixels, 0, destination, offset, length);
            return;
        }
        reader.read(index, destination, offset);
        int cost = length + OVERHEAD_BYTES;
        if (free.addAndGet(-cost) < 0
                || kept.putIfAbsent(index, Arrays.copyOfRange(destination, offset, offset + length)) != null) {
            free.addAndGet(cost);
        }
    }

    @Override
    public Picture picture(long index) throws IOException {
        return reader.picture(index);
    }

    @Override
    public int label(long index) throws BadImageException {
        return reader.label(index);
    }

    @Override
    public String id(long index) {
        return reader.id(index);
    }

    /** Images kept so far. */
    int size() {
        return kept.size();
    }

    @Override
    public void close() throws IOException {
        kept.clear();
        reader.close();
    }
}
