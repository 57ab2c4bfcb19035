package org.casdm.tensor.pytorch;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorType;

/** The files of {@code fixtures/pytorch}, and what the safetensors file beside them says they hold. */
final class Fixtures {

    private Fixtures() {}

    static byte[] bytes(String name) {
        try (var stream = Fixtures.class.getResourceAsStream("/fixtures/pytorch/" + name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PyTorchFile open(String name) throws IOException {
        return open(name, bytes(name));
    }

    static PyTorchFile open(String name, byte[] content) throws IOException {
        return PyTorchFile.open(SeekableInput.of(name, content));
    }

    /** Reads every tensor in every way that its type allows. */
    static void readAll(PyTorchFile file) throws IOException {
        for (var tensor : file.tensors().values()) {
            tensor.readFloats();
            tensor.readDoubles();
            if (!tensor.type().isFloatingPoint()) {
                tensor.readLongs();
            }
        }
    }

    /** Type, shape and bytes of a tensor, for comparison. */
    record Content(String type, String shape, String bytes) {

        static Content of(PyTorchTensor tensor) throws IOException {
            var bytes = new ByteArrayOutputStream();
            tensor.readBytes(chunk -> {
                while (chunk.hasRemaining()) {
                    bytes.write(chunk.get());
                }
            });
            return new Content(
                    tensor.type().name(), Arrays.toString(tensor.shape()), Arrays.toString(bytes.toByteArray()));
        }

        /** As {@link #of(PyTorchTensor)}, the elements widened to 32 bits. */
        static Content ofFloats(PyTorchTensor tensor) throws IOException {
            var floats = tensor.readFloats();
            var bytes = ByteBuffer.allocate(4 * floats.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(floats);
            return new Content(TensorType.F32.name(), Arrays.toString(tensor.shape()), Arrays.toString(bytes.array()));
        }
    }

    /** The tensors of a safetensors file, by a reader that shares nothing with what is tested. */
    static Map<String, Content> safetensors(String name) throws IOException {
        var buffer = ByteBuffer.wrap(bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
        var dataStart = 8 + (int) buffer.getLong(0);
        var header = new ObjectMapper().readTree(buffer.array(), 8, dataStart - 8);
        var tensors = new LinkedHashMap<String, Content>();
        header.fields().forEachRemaining(field -> {
            if (!field.getKey().equals("__metadata__")) {
                var offsets = field.getValue().get("data_offsets");
                var data = Arrays.copyOfRange(
                        buffer.array(),
                        dataStart + offsets.get(0).asInt(),
                        dataStart + offsets.get(1).asInt());
                var shape = new ArrayList<Long>();
                field.getValue().get("shape").forEach(size -> shape.add(size.asLong()));
                tensors.put(
                        field.getKey(),
                        new Content(field.getValue().get("dtype").asText(), shape.toString(), Arrays.toString(data)));
            }
        });
        return tensors;
    }
}
