package org.casdm.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * Writes a safetensors file to a stream as it comes: eight bytes of length (little-endian), a JSON header, then the
 * elements of each tensor in the order in which they were announced. Memory use is one buffer, whatever the tensors'
 * size. Size and SHA-256 of the file are computed on the way.
 *
 * <p>The stream belongs to the caller, who closes it. See <a href="https://github.com/huggingface/safetensors">the
 * format</a>.
 */
public final class SafetensorsWriter {

    private static final int BUFFER_BYTES = 1 << 20;

    private final OutputStream stream;
    private final SafetensorsHeader header;
    private final MessageDigest digest = Sha256.newDigest();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final long headerBytes;
    private int tensorsWritten;
    private long bytesWritten;

    /**
     * Writes the header.
     *
     * @param tensors  all tensors of the file, in the order in which their data will come
     * @param metadata texts about the file ({@code __metadata__}); may be empty
     * @throws IllegalArgumentException if two tensors have one name
     */
    public SafetensorsWriter(OutputStream stream, List<TensorInfo> tensors, Map<String, String> metadata)
            throws IOException {
        this.stream = stream;
        this.header = SafetensorsHeader.layOut(tensors, metadata);
        var json = header.toJson();
        this.headerBytes = (long) SafetensorsHeader.LENGTH_BYTES + json.length;
        buffer.putLong(json.length);
        flushBuffer();
        writeThrough(json, 0, json.length);
    }

    /** Writes a whole file. */
    public static ContentDigest write(OutputStream stream, List<TensorSource> tensors, Map<String, String> metadata)
            throws IOException {
        var writer = new SafetensorsWriter(
                stream, tensors.stream().map(TensorSource::info).toList(), metadata);
        for (var tensor : tensors) {
            writer.write(tensor);
        }
        return writer.finish();
    }

    /**
     * Writes the next tensor.
     *
     * @throws IllegalArgumentException if it is not the one announced
     * @throws IllegalStateException    if the source gives more or fewer elements than its shape has
     */
    public void write(TensorSource source) throws IOException {
        if (tensorsWritten == header.entries().size()) {
            throw new IllegalArgumentException("tensor " + source.info() + " was not announced");
        }
        var announced = header.entries().get(tensorsWritten).info();
        if (!announced.equals(source.info())) {
            throw new IllegalArgumentException("tensor " + announced + " was announced, " + source.info() + " came");
        }
        var sink = new BufferedSink(announced);
        source.writeTo(sink);
        if (sink.remainingBytes != 0) {
            throw new IllegalStateException("tensor " + announced + ": its source ended "
                    + sink.remainingBytes / announced.type().byteSize() + " elements too soon");
        }
        tensorsWritten++;
    }

    /**
     * Hands the last bytes to the stream, which is flushed but not closed.
     *
     * @return size and hash of the file
     * @throws IllegalStateException if an announced tensor has not been written, or one failed and was tried again
     */
    public ContentDigest finish() throws IOException {
        if (tensorsWritten < header.entries().size()) {
            throw new IllegalStateException(
                    "tensor " + header.entries().get(tensorsWritten).info() + " was announced but not written");
        }
        flushBuffer();
        stream.flush();
        var expected = headerBytes + header.dataBytes();
        if (bytesWritten != expected) {
            // A source failed half-way and the caller went on: what is in the stream is useless.
            throw new IllegalStateException(bytesWritten + " bytes were written instead of " + expected);
        }
        return new ContentDigest(bytesWritten, Sha256.hex(digest));
    }

    private void flushBuffer() throws IOException {
        writeThrough(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    private void writeThrough(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
        digest.update(bytes, offset, length);
        bytesWritten += length;
    }

    private final class BufferedSink implements TensorSink {

        private final TensorInfo info;
        private long remainingBytes;

        BufferedSink(TensorInfo info) {
            this.info = info;
            this.remainingBytes = info.byteSize();
        }

        @Override
        public void accept(FloatBuffer chunk) throws IOException {
            if (!info.type().isFloatingPoint()) {
                throw new IllegalArgumentException("tensor " + info + " takes bytes, not floats");
            }
            take((long) chunk.remaining() * info.type().byteSize());
            while (chunk.hasRemaining()) {
                var count = Math.min(chunk.remaining(), room() / info.type().byteSize());
                var part = chunk.slice(chunk.position(), count);
                switch (info.type()) {
                    case F32 -> {
                        buffer.asFloatBuffer().put(part);
                        buffer.position(buffer.position() + count * Float.BYTES);
                    }
                    case F64 -> {
                        while (part.hasRemaining()) {
                            buffer.putDouble(part.get());
                        }
                    }
                    case F16 -> {
                        while (part.hasRemaining()) {
                            buffer.putShort(HalfPrecision.toFloat16(part.get()));
                        }
                    }
                    case BF16 -> {
                        while (part.hasRemaining()) {
                            buffer.putShort(HalfPrecision.toBfloat16(part.get()));
                        }
                    }
                    default -> throw new AssertionError(info.type());
                }
                chunk.position(chunk.position() + count);
            }
        }

        @Override
        public void acceptBytes(ByteBuffer chunk) throws IOException {
            if (chunk.remaining() % info.type().byteSize() != 0) {
                throw new IllegalArgumentException("tensor " + info + ": a chunk of " + chunk.remaining()
                        + " bytes is not a whole number of elements");
            }
            take(chunk.remaining());
            while (chunk.hasRemaining()) {
                var count = Math.min(chunk.remaining(), room());
                buffer.put(chunk.slice(chunk.position(), count));
                chunk.position(chunk.position() + count);
            }
        }

        /** Bytes that fit, at least one element of any type. */
        private int room() throws IOException {
            if (buffer.remaining() < Long.BYTES) {
                flushBuffer();
            }
            return buffer.remaining();
        }

        private void take(long bytes) {
            if (bytes > remainingBytes) {
                throw new IllegalStateException(
                        "tensor " + info + ": its source gives more elements than its shape has");
            }
            remainingBytes -= bytes;
        }
    }
}
