package org.casdm.tensor.npy;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;

/**
 * The elements of one array, from front to back, in the order of the file. For use by one thread. An array out of a
 * zip archive that is read whole is checked against the archive's CRC-32 when its last element is read.
 */
public final class NpyReader implements Closeable {

    private static final int CHUNK_BYTES = 1 << 16;

    private final String name;
    private final InputStream input;
    private final NpyHeader header;
    private final OptionalLong expectedCrc;
    private final CRC32 crc = new CRC32();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final ByteBuffer view;
    private boolean wholly = true;
    private long position;

    /** Opens an {@code .npy} file; the reader closes it. */
    public static NpyReader open(SeekableInput file) throws IOException {
        return new NpyReader(file.name(), new RangeStream(file, 0, file.size()), file.size(), OptionalLong.empty());
    }

    /** @param size number of bytes that the stream is known to have, so that no array is made for a false shape */
    NpyReader(String name, InputStream input, long size, OptionalLong expectedCrc) throws IOException {
        this.name = name;
        this.input = input;
        this.expectedCrc = expectedCrc;
        header = NpyHeader.read(name, new CheckedInputStream(input, crc));
        view = ByteBuffer.wrap(chunk).order(header.order());
        if (header.dataBytes() >= size) {
            throw ended();
        }
    }

    public NpyHeader header() {
        return header;
    }

    /** Number of elements that have been read or passed. */
    public long position() {
        return position;
    }

    /** Passes over elements. Those of an entry that is stored without compression are not transferred. */
    public void skip(long elements) throws IOException {
        requireLeft(elements);
        wholly = wholly && elements == 0;
        input.skipNBytes(elements * header.type().bytes());
        position += elements;
    }

    /**
     * Reads elements of a one-byte type as they are.
     *
     * @throws IllegalStateException if the type has more bytes
     * @throws EOFException          if the file has fewer
     */
    public void read(byte[] destination, int offset, int count) throws IOException {
        if (header.type().bytes() != 1) {
            throw new IllegalStateException(name + ": elements of " + header.type() + " were asked for as bytes");
        }
        requireLeft(count);
        if (input.readNBytes(destination, offset, count) < count) {
            throw ended();
        }
        crc.update(destination, offset, count);
        advance(count);
    }

    /** Reads elements of any type as doubles (exact but for integers beyond 2^53). */
    public void read(double[] destination, int offset, int count) throws IOException {
        requireLeft(count);
        var width = header.type().bytes();
        for (var done = 0; done < count; ) {
            var now = Math.min(count - done, CHUNK_BYTES / width);
            if (input.readNBytes(chunk, 0, now * width) < now * width) {
                throw ended();
            }
            crc.update(chunk, 0, now * width);
            for (var i = 0; i < now; i++) {
                destination[offset + done + i] = header.type().valueAt(view, i * width);
            }
            done += now;
        }
        advance(count);
    }

    /**
     * The whole array in C order, whatever the file's order. The reader must be at the first element.
     *
     * @throws TensorFormatException if an array of Java cannot hold it
     */
    public double[] readAll() throws IOException {
        if (position != 0) {
            throw new IllegalStateException(name + ": " + position + " elements have been read already");
        }
        if (header.elementCount() > Integer.MAX_VALUE - 8) {
            throw new TensorFormatException(
                    name, "an array of shape " + header.shapeText() + " is too large to be held in memory at once");
        }
        var values = new double[(int) header.elementCount()];
        read(values, 0, values.length);
        return header.fortranOrder() && header.shape().size() > 1 ? toRowMajor(values) : values;
    }

    /** Reads all elements for nothing but the checksum. The reader must be at the first element. */
    void verify() throws IOException {
        for (var left = header.dataBytes(); left > 0; ) {
            var count = (int) Math.min(CHUNK_BYTES, left);
            if (input.readNBytes(chunk, 0, count) < count) {
                throw ended();
            }
            crc.update(chunk, 0, count);
            left -= count;
        }
        position = header.elementCount();
        advance(0);
    }

    private double[] toRowMajor(double[] columnMajor) {
        var shape = header.shape();
        var index = new int[shape.size()];
        var rowMajor = new double[columnMajor.length];
        for (var value : columnMajor) {
            var target = 0L;
            for (var axis = 0; axis < index.length; axis++) {
                target = target * shape.get(axis) + index[axis];
            }
            rowMajor[(int) target] = value;
            for (var axis = 0; axis < index.length && ++index[axis] == shape.get(axis); axis++) {
                index[axis] = 0;
            }
        }
        return rowMajor;
    }

    private void requireLeft(long elements) {
        if (elements < 0 || elements > header.elementCount() - position) {
            throw new IllegalArgumentException(name + ": " + elements + " elements were asked for after " + position
                    + " of " + header.elementCount());
        }
    }

    private void advance(int count) throws IOException {
        position += count;
        if (position == header.elementCount()
                && wholly
                && expectedCrc.isPresent()
                && crc.getValue() != expectedCrc.getAsLong()) {
            throw new TensorFormatException(name, "is damaged: its CRC-32 is not the one in the archive");
        }
    }

    private EOFException ended() {
        return new EOFException(name + ": ends before the last element of an array of shape " + header.shapeText());
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
