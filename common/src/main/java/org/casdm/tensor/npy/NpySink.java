package org.casdm.tensor.npy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Takes the elements of an array in C order, in chunks of any length, and counts them. */
public final class NpySink {

    private static final int CHUNK_BYTES = 1 << 16;

    private final String name;
    private final NpyHeader header;
    private final OutputStream output;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private long written;

    NpySink(String name, NpyHeader header, OutputStream output) {
        this.name = name;
        this.header = header;
        this.output = output;
    }

    /** Elements of a one-byte type. */
    public void accept(byte[] values, int offset, int count) throws IOException {
        requireType(header.type().bytes() == 1, "bytes");
        advance(count);
        output.write(values, offset, count);
    }

    /** Elements of an array of type float64, or of type float32 to which they are rounded. */
    public void accept(double[] values, int offset, int count) throws IOException {
        requireType(header.type() == NpyType.FLOAT64 || header.type() == NpyType.FLOAT32, "doubles");
        advance(count);
        var buffer = ByteBuffer.wrap(chunk).order(header.order());
        for (var i = 0; i < count; i++) {
            if (header.type() == NpyType.FLOAT64) {
                buffer.putDouble(values[offset + i]);
            } else {
                buffer.putFloat((float) values[offset + i]);
            }
            flush(buffer, i == count - 1);
        }
    }

    /** Elements of an array of type float32. */
    public void accept(float[] values, int offset, int count) throws IOException {
        requireType(header.type() == NpyType.FLOAT32, "floats");
        advance(count);
        var buffer = ByteBuffer.wrap(chunk).order(header.order());
        for (var i = 0; i < count; i++) {
            flush(buffer.putFloat(values[offset + i]), i == count - 1);
        }
    }

    /** Elements of an array of type int32 or int64. */
    public void accept(int[] values, int offset, int count) throws IOException {
        requireType(header.type() == NpyType.INT32 || header.type() == NpyType.INT64, "ints");
        advance(count);
        var buffer = ByteBuffer.wrap(chunk).order(header.order());
        for (var i = 0; i < count; i++) {
            if (header.type() == NpyType.INT64) {
                buffer.putLong(values[offset + i]);
            } else {
                buffer.putInt(values[offset + i]);
            }
            flush(buffer, i == count - 1);
        }
    }

    private void flush(ByteBuffer buffer, boolean last) throws IOException {
        if (last || buffer.remaining() < Double.BYTES) {
            output.write(chunk, 0, buffer.position());
            buffer.clear();
        }
    }

    private void requireType(boolean fits, String given) {
        if (!fits) {
            throw new IllegalStateException(name + ": " + given + " for an array of type " + header.type());
        }
    }

    private void advance(int count) {
        written += count;
        if (written > header.elementCount()) {
            throw new IllegalStateException(name + ": more elements than its shape " + header.shapeText() + " has");
        }
    }

    void requireComplete() {
        if (written != header.elementCount()) {
            throw new IllegalStateException(name + ": " + written + " elements for a shape of " + header.shapeText());
        }
    }
}
