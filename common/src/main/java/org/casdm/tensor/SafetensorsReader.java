package org.casdm.tensor;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads a safetensors file of any size: the header at once, tensors on demand and in chunks. The header is held to the
 * rules of the format before any tensor is read. For use by one thread.
 */
public final class SafetensorsReader implements Closeable {

    private static final int CHUNK_BYTES = 1 << 20;

    private final SeekableInput input;
    private final Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata;
    private final Map<String, String> refused;
    private final long dataStart;
    private ByteBuffer chunk;

    /**
     * Reads and checks the header. The input is closed with this reader, and when the header is refused.
     *
     * @throws TensorFormatException if the file is not a safetensors file, is damaged or truncated
     */
    public SafetensorsReader(SeekableInput input) throws IOException {
        this.input = input;
        try {
            var header = readHeader();
            header.entries().forEach(entry -> entries.put(entry.info().name(), entry));
            metadata = header.metadata();
            refused = header.refused();
            dataStart = input.size() - header.dataBytes();
        } catch (IOException | RuntimeException e) {
            try {
                input.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** Opens a file of any Hadoop file system. */
    public static SafetensorsReader open(FileSystem fileSystem, Path path) throws IOException {
        return new SafetensorsReader(SeekableInput.open(fileSystem, path));
    }

    private SafetensorsHeader readHeader() throws IOException {
        var size = input.size();
        if (size < SafetensorsHeader.LENGTH_BYTES) {
            throw new TensorFormatException(input.name(), "has " + size + " bytes: too short for a safetensors file");
        }
        var start = new byte[SafetensorsHeader.LENGTH_BYTES];
        input.readFully(0, start, 0, start.length);
        var length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > SafetensorsHeader.MAXIMUM_BYTES) {
            throw new TensorFormatException(
                    input.name(),
                    "not a safetensors file: its header would have " + Long.toUnsignedString(length)
                            + " bytes, the limit is " + SafetensorsHeader.MAXIMUM_BYTES);
        }
        var dataBytes = size - SafetensorsHeader.LENGTH_BYTES - length;
        if (dataBytes < 0) {
            throw new TensorFormatException(
                    input.name(), "is cut off: it has " + size + " bytes, its header alone should have " + length);
        }
        var json = new byte[(int) length];
        input.readFully(SafetensorsHeader.LENGTH_BYTES, json, 0, json.length);
        return SafetensorsHeader.parse(input.name(), json, dataBytes);
    }

    /** What messages call the file. */
    public String name() {
        return input.name();
    }

    /** All tensors, in the order of their data. */
    public List<TensorInfo> tensors() {
        return entries.values().stream().map(SafetensorsHeader.Entry::info).toList();
    }

    /** Names of the tensors whose element type is not known here, and why they cannot be read. */
    public Map<String, String> refused() {
        return refused;
    }

    /** The texts of {@code __metadata__}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** @throws TensorFormatException if the file has no such tensor */
    public TensorInfo info(String tensor) throws TensorFormatException {
        return entry(tensor).info();
    }

    /**
     * Reads all tensors in the order of the file, each as floats in chunks.
     *
     * @param sinks gives the sink of a tensor, or null if the tensor is not wanted
     */
    public void readAll(Function<TensorInfo, FloatSink> sinks) throws IOException {
        for (var info : tensors()) {
            var sink = sinks.apply(info);
            if (sink != null) {
                read(info.name(), sink);
            }
        }
    }

    /**
     * Reads a tensor of any type as floats, in chunks: narrower types exactly, F64 and integers of 32 and 64 bits rounded
     * to nearest, BOOL as 0 and 1.
     */
    public void read(String tensor, FloatSink sink) throws IOException {
        var entry = entry(tensor);
        var type = entry.info().type();
        FloatBuffer converted = null;
        for (var position = entry.begin(); position < entry.end(); ) {
            var bytes = nextChunk(entry, position);
            position += bytes.remaining();
            if (type == TensorType.F32) {
                sink.accept(bytes.asFloatBuffer());
            } else {
                if (converted == null) {
                    converted = FloatBuffer.allocate(bytes.remaining() / type.byteSize());
                }
                converted.clear();
                ElementReader.toFloats(type, bytes, bytes.remaining() / type.byteSize(), converted);
                sink.accept(converted.flip());
            }
        }
    }

    /** Reads a tensor as floats (see {@link #read(String, FloatSink)}) into an array of its own. */
    public float[] readFloats(String tensor) throws IOException {
        var values = new float[arrayLength(tensor)];
        read(tensor, FloatSink.into(values));
        return values;
    }

    /** Reads a tensor of any type as doubles; only I64 and U64 beyond 2^53 are rounded. */
    public double[] readDoubles(String tensor) throws IOException {
        var values = DoubleBuffer.allocate(arrayLength(tensor));
        var entry = entry(tensor);
        var type = entry.info().type();
        for (var position = entry.begin(); position < entry.end(); ) {
            var bytes = nextChunk(entry, position);
            position += bytes.remaining();
            for (int i = 0, count = bytes.remaining() / type.byteSize(); i < count; i++) {
                values.put(ElementReader.doubleAt(type, bytes, i));
            }
        }
        return values.array();
    }

    /**
     * Reads a tensor of whole numbers or truth values exactly; U64 as its 64 bits.
     *
     * @throws TensorFormatException if the tensor holds floating-point numbers
     */
    public long[] readLongs(String tensor) throws IOException {
        var values = new long[arrayLength(tensor)];
        var entry = entry(tensor);
        var type = entry.info().type();
        if (type.isFloatingPoint()) {
            throw new TensorFormatException(input.name(), "tensor " + entry.info() + " does not hold whole numbers");
        }
        var index = 0;
        for (var position = entry.begin(); position < entry.end(); ) {
            var bytes = nextChunk(entry, position);
            position += bytes.remaining();
            for (int i = 0, count = bytes.remaining() / type.byteSize(); i < count; i++) {
                values[index++] = ElementReader.longAt(type, bytes, i);
            }
        }
        return values;
    }

    /**
     * Reads part of a tensor as it is in the file, little-endian.
     *
     * @param firstByte   counted from the tensor's first byte
     * @param destination filled from its start
     */
    public void readBytes(String tensor, long firstByte, byte[] destination) throws IOException {
        var entry = entry(tensor);
        if (firstByte < 0 || firstByte > entry.info().byteSize() - destination.length) {
            throw new IndexOutOfBoundsException("tensor " + entry.info() + " has no bytes " + firstByte + " to "
                    + (firstByte + destination.length));
        }
        input.readFully(dataStart + entry.begin() + firstByte, destination, 0, destination.length);
    }

    /** Reads a tensor as it is in the file, little-endian, in chunks. */
    public void readBytes(String tensor, ByteSink sink) throws IOException {
        var entry = entry(tensor);
        for (var position = entry.begin(); position < entry.end(); ) {
            var bytes = nextChunk(entry, position);
            position += bytes.remaining();
            sink.accept(bytes);
        }
    }

    /** @throws TensorFormatException if the file has no such tensor */
    public StoredTensor tensor(String name) throws TensorFormatException {
        var info = info(name);
        return new StoredTensor() {
            @Override
            public TensorInfo info() {
                return info;
            }

            @Override
            public void read(FloatSink sink) throws IOException {
                SafetensorsReader.this.read(name, sink);
            }

            @Override
            public void readBytes(ByteSink sink) throws IOException {
                SafetensorsReader.this.readBytes(name, sink);
            }
        };
    }

    private SafetensorsHeader.Entry entry(String tensor) throws TensorFormatException {
        var entry = entries.get(tensor);
        if (entry == null) {
            throw new TensorFormatException(
                    input.name(),
                    refused.containsKey(tensor)
                            ? "tensor '" + tensor + "': " + refused.get(tensor)
                            : "has no tensor '" + tensor + "'");
        }
        return entry;
    }

    private int arrayLength(String tensor) throws IOException {
        var count = entry(tensor).info().elementCount();
        // The largest array that every virtual machine makes.
        if (count > Integer.MAX_VALUE - 8) {
            throw new TensorFormatException(
                    input.name(),
                    "tensor '" + tensor + "' has " + count + " elements: too many for one array, read it in chunks");
        }
        return (int) count;
    }

    private ByteBuffer nextChunk(SafetensorsHeader.Entry entry, long position) throws IOException {
        if (chunk == null) {
            chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        var count = (int) Math.min(CHUNK_BYTES, entry.end() - position);
        input.readFully(dataStart + position, chunk.array(), 0, count);
        return chunk.clear().limit(count);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
