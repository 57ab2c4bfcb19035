package org.casdm.data.source.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.casdm.data.source.RangeInput;
import org.casdm.storage.BlockStream;

/**
 * What a tar is read from: the range itself, or what gzip makes of it. It counts, and refuses to read where a few
 * bytes unpack to very many.
 */
final class TarStream extends BlockStream {
    /** Before this much the ratio does not matter. */
    static final long RATIO_MATTERS_FROM = 16 << 20;
    /** Long names and extended headers of one entry are held in memory. */
    private static final long LARGEST_HEADERS = 1 << 20;

    private final RangeInput range;
    private final InputStream input;
    private final int maximumRatio;
    private long position;
    private long readable = Long.MAX_VALUE;
    /** Null while data is read. */
    private PaxTimes times;

    private boolean lastWasZero;

    /**
     * @param range        read from its position on; closed with this
     * @param maximumRatio by how much compressed data may grow
     * @throws IOException when it begins as gzip and continues as something else
     */
    TarStream(RangeInput range, int maximumRatio) throws IOException {
        this.range = range;
        this.maximumRatio = maximumRatio;
        long start = range.position();
        boolean compressed = range.read() == 0x1f && range.read() == 0x8b;
        range.seek(start);
        input = compressed ? new GZIPInputStream(range, 1 << 16) : range;
    }

    /** The entries. Names are UTF-8, as everywhere, whatever charset the process has; what is not UTF-8 is replaced. */
    TarArchiveInputStream entries() {
        return new TarArchiveInputStream(this, StandardCharsets.UTF_8.name());
    }

    /** Bytes of the tar so far: its own, not the compressed file's. */
    long position() {
        return position;
    }

    /** Whether gzip is in between: then places in the tar are not places in the file. */
    boolean compressed() {
        return input != range;
    }

    /** Whether the last record that was read is of zeros, as at a tar's end. */
    boolean endedWithZeros() {
        return lastWasZero;
    }

    /**
     * Allows no more than a mebibyte to be read (rather than skipped) until {@link #beginData}, and no times that take
     * long to be understood.
     */
    void beginHeaders() {
        readable = LARGEST_HEADERS;
        times = new PaxTimes();
    }

    /** Allows any amount to be read again. */
    void beginData() {
        readable = Long.MAX_VALUE;
        times = null;
    }

    @Override
    public int read(byte[] destination, int offset, int length) throws IOException {
        int count = input.read(destination, offset, length);
        if (count > 0) {
            readable -= count;
            if (readable < 0) {
                throw new IOException("headers of an entry take more than " + LARGEST_HEADERS + " bytes");
            }
            if (times != null) {
                times.look(destination, offset, count);
            }
            lastWasZero = isZero(destination, offset, count);
            advance(count);
        }
        return count;
    }

    private static boolean isZero(byte[] bytes, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = input.skip(count);
        advance(skipped);
        return skipped;
    }

    private void advance(long count) throws IOException {
        position += count;
        if (compressed() && position > RATIO_MATTERS_FROM && position / maximumRatio > range.position()) {
            throw new IOException("compressed data grows by more than a factor of " + maximumRatio + ", the limit that "
                    + "--max-ratio sets");
        }
    }

    @Override
    public void close() throws IOException {
        if (compressed()) {
            input.close();
        }
        range.close();
    }
}
