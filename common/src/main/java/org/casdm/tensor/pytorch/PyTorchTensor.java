package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.casdm.tensor.ByteSink;
import org.casdm.tensor.ElementReader;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.StoredTensor;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorType;
import org.casdm.tensor.pytorch.PickleValue.TensorValue;

/**
 * A tensor of a {@link PyTorchFile}. Its elements stay in the file until they are asked for and come in C order (last
 * dimension fastest), however they lie in the storage. A tensor that lies in C order is streamed in pieces of a
 * mebibyte; for another one (a transposed view, say) the part of the storage that it spans is held during the reading.
 */
public final class PyTorchTensor implements StoredTensor {

    private static final int CHUNK_BYTES = 1 << 20;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final String file;
    private final SeekableInput source;
    private final StorageArchive archive;
    private final TensorValue tensor;
    private final TensorInfo info;

    PyTorchTensor(String name, TensorValue tensor, SeekableInput source, StorageArchive archive) {
        this.file = source.name();
        this.source = source;
        this.archive = archive;
        this.tensor = tensor;
        this.info = new TensorInfo(name, tensor.type(), tensor.layout().shape());
    }

    /** Checks, without reading them, that the elements are in the file. */
    void requireComplete() throws PyTorchFileException {
        var problem = archive.findProblem(tensor.storage());
        if (problem.isPresent()) {
            throw new PyTorchFileException(file, "tensor " + Text.quote(name()) + ": " + problem.get());
        }
    }

    /** Path in the tree, element type and shape. */
    @Override
    public TensorInfo info() {
        return info;
    }

    /** Path in the tree, such as {@code state_dict.layer.weight}; empty if the file is one tensor. */
    public String name() {
        return info.name();
    }

    public TensorType type() {
        return info.type();
    }

    /** A copy of the shape; empty for a scalar. */
    public long[] shape() {
        return info.shape();
    }

    public long elementCount() {
        return tensor.layout().elementCount();
    }

    /** Whether the file has it as a {@code torch.nn.Parameter}, to which gradients flow, by its class. */
    public boolean isParameter() {
        return tensor.parameter();
    }

    /**
     * Reads the elements as they are, in little-endian bytes. What the sink was given is to be trusted only when this
     * method has returned: a tensor that is all of its storage is compared with the archive's checksum on the way.
     *
     * @throws PyTorchFileException if the file is damaged, or if the tensor is not in C order and spans more than 2 GiB
     */
    @Override
    public void readBytes(ByteSink sink) throws IOException {
        if (elementCount() == 0) {
            return;
        }
        var layout = tensor.layout();
        var elementSize = type().byteSize();
        var storage = tensor.storage();
        var position = archive.locate(storage)
                + storage.firstElement() * storage.type().byteSize()
                + layout.offset() * elementSize;
        if (layout.isContiguous() && info.byteSize() == storage.wholeBytes()) {
            var crc = new CRC32();
            stream(position, crc, sink);
            archive.verify(storage, crc);
        } else if (layout.isContiguous()) {
            archive.verify(storage);
            stream(position, new CRC32(), sink);
        } else {
            archive.verify(storage);
            gather(position, sink);
        }
    }

    private void stream(long position, CRC32 crc, ByteSink sink) throws IOException {
        var remaining = info.byteSize();
        var bytes = new byte[(int) Math.min(CHUNK_BYTES, remaining)];
        while (remaining > 0) {
            var length = (int) Math.min(bytes.length, remaining);
            source.readFully(position, bytes, 0, length);
            crc.update(bytes, 0, length);
            toLittleEndian(bytes, length);
            sink.accept(ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN));
            position += length;
            remaining -= length;
        }
    }

    /** Reads the part of the storage that the tensor spans, and picks the elements from it in C order. */
    private void gather(long position, ByteSink sink) throws IOException {
        var elementSize = type().byteSize();
        var shape = tensor.layout().shape();
        var strides = tensor.layout().strides();
        var span = tensor.layout().span();
        if (span > LARGEST_ARRAY / elementSize) {
            throw new PyTorchFileException(
                    file,
                    "tensor " + Text.quote(name()) + " is not in C order and spans more"
                            + " than 2 GiB: save it with .contiguous()");
        }
        var spanned = new byte[(int) span * elementSize];
        source.readFully(position, spanned, 0, spanned.length);
        toLittleEndian(spanned, spanned.length);
        var chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, info.byteSize()))
                .order(ByteOrder.LITTLE_ENDIAN);
        var indices = new long[shape.length];
        var element = 0L;
        for (var remaining = elementCount(); remaining > 0; remaining--) {
            chunk.put(spanned, (int) element * elementSize, elementSize);
            if (!chunk.hasRemaining()) {
                sink.accept(chunk.flip());
                chunk.clear();
            }
            for (var axis = shape.length - 1; axis >= 0; axis--) {
                element += strides[axis];
                if (++indices[axis] < shape[axis]) {
                    break;
                }
                element -= shape[axis] * strides[axis];
                indices[axis] = 0;
            }
        }
        if (chunk.position() > 0) {
            sink.accept(chunk.flip());
        }
    }

    private void toLittleEndian(byte[] bytes, int length) {
        var size = type().byteSize();
        if (size == 1 || archive.byteOrder() == ByteOrder.LITTLE_ENDIAN) {
            return;
        }
        for (var start = 0; start < length; start += size) {
            for (int i = start, j = start + size - 1; i < j; i++, j--) {
                var swapped = bytes[i];
                bytes[i] = bytes[j];
                bytes[j] = swapped;
            }
        }
    }

    /**
     * Reads the elements as floats, piece by piece: wider types are rounded to nearest, truth values are 1 and 0.
     *
     * @throws PyTorchFileException as {@link #readBytes(ByteSink)}
     */
    @Override
    public void read(FloatSink sink) throws IOException {
        var elementSize = type().byteSize();
        var floats = FloatBuffer.allocate((int) Math.min(CHUNK_BYTES / elementSize, elementCount()));
        readBytes(chunk -> {
            ElementReader.toFloats(type(), chunk, chunk.remaining() / elementSize, floats);
            sink.accept(floats.flip());
            floats.clear();
        });
    }

    /**
     * All elements as floats, converted as {@link #read(FloatSink)} does.
     *
     * @throws PyTorchFileException as {@link #readBytes(ByteSink)}, and if there are more than an array holds
     */
    public float[] readFloats() throws IOException {
        var floats = new float[arrayLength()];
        read(FloatSink.into(floats));
        return floats;
    }

    /**
     * All elements as doubles, exact but for 64-bit integers beyond 2^53.
     *
     * @throws PyTorchFileException as {@link #readFloats()}
     */
    public double[] readDoubles() throws IOException {
        var doubles = new double[arrayLength()];
        var elementSize = type().byteSize();
        var filled = new int[1];
        readBytes(chunk -> {
            for (int i = 0, count = chunk.remaining() / elementSize; i < count; i++) {
                doubles[filled[0]++] = ElementReader.doubleAt(type(), chunk, i);
            }
        });
        return doubles;
    }

    /**
     * All elements of an integer type, or of truth values as 1 and 0; U64 as its 64 bits.
     *
     * @throws PyTorchFileException as {@link #readFloats()}, and if the elements are floating-point numbers
     */
    public long[] readLongs() throws IOException {
        if (type().isFloatingPoint()) {
            throw new PyTorchFileException(
                    file, "tensor " + Text.quote(name()) + " holds " + type() + ", not integers");
        }
        var longs = new long[arrayLength()];
        var elementSize = type().byteSize();
        var filled = new int[1];
        readBytes(chunk -> {
            for (int i = 0, count = chunk.remaining() / elementSize; i < count; i++) {
                longs[filled[0]++] = ElementReader.longAt(type(), chunk, i);
            }
        });
        return longs;
    }

    private int arrayLength() throws PyTorchFileException {
        if (elementCount() > LARGEST_ARRAY) {
            throw new PyTorchFileException(
                    file,
                    "tensor " + Text.quote(name()) + " has " + elementCount()
                            + " elements, more than an array holds: read it in pieces");
        }
        return (int) elementCount();
    }

    @Override
    public String toString() {
        return name() + ' ' + type() + Arrays.toString(shape());
    }
}
