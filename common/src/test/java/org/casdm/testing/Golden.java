package org.casdm.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Reference results: a safetensors file of the test class path, read whole. */
public final class Golden {

    private record Tensor(String type, long[] shape, ByteBuffer data) {}

    private final String file;
    private final Map<String, Tensor> tensors = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    private Golden(String file, byte[] content) throws IOException {
        this.file = file;
        var bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        var headerLength = Math.toIntExact(bytes.getLong(0));
        var header = new ObjectMapper().readTree(new String(content, 8, headerLength, StandardCharsets.UTF_8));
        header.fields().forEachRemaining(field -> {
            if (field.getKey().equals("__metadata__")) {
                field.getValue()
                        .fields()
                        .forEachRemaining(
                                m -> metadata.put(m.getKey(), m.getValue().asText()));
            } else {
                tensors.put(field.getKey(), tensor(bytes, 8 + headerLength, field.getValue()));
            }
        });
    }

    private static Tensor tensor(ByteBuffer bytes, int dataStart, JsonNode entry) {
        var shapeNode = entry.get("shape");
        var shape = IntStream.range(0, shapeNode.size())
                .mapToLong(i -> shapeNode.get(i).asLong())
                .toArray();
        var from = entry.get("data_offsets").get(0).asInt();
        var to = entry.get("data_offsets").get(1).asInt();
        return new Tensor(
                entry.get("dtype").asText(),
                shape,
                bytes.slice(dataStart + from, to - from).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Reads {@code /golden/<name>.safetensors} from the class path. */
    public static Golden load(String name) {
        var file = "/golden/" + name + ".safetensors";
        try (var stream = Golden.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalArgumentException("No test resource " + file);
            }
            return new Golden(file, stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of all tensors, sorted. */
    public Set<String> names() {
        return tensors.keySet();
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    public long[] shape(String name) {
        return tensor(name).shape().clone();
    }

    /** Any numeric tensor in C order, widened to double. */
    public double[] doubles(String name) {
        var tensor = tensor(name);
        var data = tensor.data();
        return IntStream.range(0, count(tensor))
                .mapToDouble(i -> switch (tensor.type()) {
                    case "F64" -> data.getDouble(8 * i);
                    case "F32" -> data.getFloat(4 * i);
                    default -> whole(tensor, i);
                })
                .toArray();
    }

    /** Any numeric tensor in C order, as float. */
    public float[] floats(String name) {
        var values = doubles(name);
        var floats = new float[values.length];
        for (var i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** A tensor of whole numbers in C order. */
    public long[] longs(String name) {
        var tensor = tensor(name);
        return IntStream.range(0, count(tensor))
                .mapToLong(i -> whole(tensor, i))
                .toArray();
    }

    /** A tensor of one element. */
    public double scalar(String name) {
        var values = doubles(name);
        if (values.length != 1) {
            throw new IllegalArgumentException(name + " in " + file + " has " + values.length + " elements");
        }
        return values[0];
    }

    /** {@link #relativeError(double[], double[])} of single-precision values. */
    public static double relativeError(float[] ours, double[] reference) {
        return relativeError(doubles(ours), reference);
    }

    /** The same values in double. */
    public static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** ‖ours - reference‖ / ‖reference‖; the plain norm of the difference where the reference is all zero. */
    public static double relativeError(double[] ours, double[] reference) {
        if (ours.length != reference.length) {
            throw new IllegalArgumentException(ours.length + " values against " + reference.length);
        }
        var difference = 0.0;
        var norm = 0.0;
        for (var i = 0; i < ours.length; i++) {
            difference += (ours[i] - reference[i]) * (ours[i] - reference[i]);
            norm += reference[i] * reference[i];
        }
        return Math.sqrt(difference) / (norm == 0 ? 1 : Math.sqrt(norm));
    }

    private static long whole(Tensor tensor, int index) {
        var data = tensor.data();
        return switch (tensor.type()) {
            case "I64" -> data.getLong(8 * index);
            case "I32" -> data.getInt(4 * index);
            case "U8", "BOOL" -> data.get(index) & 0xFF;
            default -> throw new IllegalArgumentException("Not read here: type " + tensor.type());
        };
    }

    private static int count(Tensor tensor) {
        var count = 1L;
        for (var dimension : tensor.shape()) {
            count *= dimension;
        }
        return Math.toIntExact(count);
    }

    private Tensor tensor(String name) {
        var tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("No tensor " + name + " in " + file + "; there are " + names());
        }
        return tensor;
    }
}
