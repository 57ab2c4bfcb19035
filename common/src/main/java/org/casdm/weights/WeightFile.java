package org.casdm.weights;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.network.Parameter;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.pytorch.PyTorchFile;

/** A file with weights, in one of the formats that they are published in. */
public final class WeightFile {

    private static final int CHUNK_BYTES = 1 << 20;
    private static final int LISTED_PROBLEMS = 5;

    @FunctionalInterface
    private interface Values {
        float[] read() throws IOException;
    }

    private record Stored(long[] shape, Values values) {
    }

    private WeightFile() {
    }

    /**
     * Reads tensors, whatever else the file holds. A file whose name ends in {@code .safetensors} is one; any other is
     * taken for PyTorch's.
     *
     * @param what what the file should hold, for messages
     * @param receiver gets each parameter with its values in the file's layout
     * @throws TensorFormatException if the hash is another one, or if tensors are missing or have another shape; the
     *         message names them
     */
    public static void read(WeightSource source, String what, List<WeightTensor> wanted, Configuration hadoop,
            BiConsumer<Parameter, float[]> receiver) throws IOException {
        var path = new Path(source.uri().orElseThrow());
        var fileSystem = path.getFileSystem(hadoop);
        if (source.sha256().isPresent()) {
            String actual = sha256(source, hadoop);
            if (!actual.equals(source.sha256().get())) {
                throw new TensorFormatException(path.toString(), "is not the expected file: its SHA-256 is " + actual
                        + ", not " + source.sha256().get());
            }
        }
        var stored = new HashMap<String, Stored>();
        try (Closeable file = open(SeekableInput.open(fileSystem, path), stored)) {
            var found = find(path.toString(), what, wanted, stored);
            for (var tensor : wanted) {
                float[] values = found.get(tensor).values().read();
                requireFinite(path, tensor, values);
                receiver.accept(tensor.parameter(), values);
            }
        }
    }

    private static Closeable open(SeekableInput input, Map<String, Stored> stored) throws IOException {
        if (input.name().endsWith(".safetensors")) {
            var file = new SafetensorsReader(input);
            file.tensors().forEach(info ->
                    stored.put(info.name(), new Stored(info.shape(), () -> file.readFloats(info.name()))));
            return file;
        }
        var file = PyTorchFile.open(input);
        file.tensors().forEach((name, tensor) -> stored.put(name, new Stored(tensor.shape(), tensor::readFloats)));
        return file;
    }

    /**
     * The SHA-256 of a file as lower-case hexadecimal digits.
     *
     * @param source not random
     */
    public static String sha256(WeightSource source, Configuration hadoop) throws IOException {
        var path = new Path(source.uri().orElseThrow());
        var digest = Sha256.newDigest();
        var chunk = new byte[CHUNK_BYTES];
        try (var input = SeekableInput.open(path.getFileSystem(hadoop), path)) {
            for (long position = 0; position < input.size();) {
                int length = (int) Math.min(chunk.length, input.size() - position);
                input.readFully(position, chunk, 0, length);
                digest.update(chunk, 0, length);
                position += length;
            }
        }
        return Sha256.hex(digest);
    }

    private static Map<WeightTensor, Stored> find(String file, String what, List<WeightTensor> wanted,
            Map<String, Stored> stored) throws TensorFormatException {
        var found = new HashMap<WeightTensor, Stored>();
        var problems = new ArrayList<String>();
        for (var tensor : wanted) {
            var name = tensor.names().stream().filter(stored::containsKey).findFirst();
            if (name.isEmpty()) {
                problems.add("no tensor " + String.join(" or ", tensor.names()));
                continue;
            }
            long[] shape = stored.get(name.get()).shape();
            long[] expected = tensor.parameter().fileShape();
            if (!Arrays.equals(shape, expected)) {
                problems.add(name.get() + " has shape " + Arrays.toString(shape) + ", not "
                        + Arrays.toString(expected));
            }
            found.put(tensor, stored.get(name.get()));
        }
        if (!problems.isEmpty()) {
            int listed = Math.min(LISTED_PROBLEMS, problems.size());
            String rest = problems.size() > listed ? "; and " + (problems.size() - listed) + " more" : "";
            throw new TensorFormatException(file, "does not hold " + what + ": "
                    + String.join("; ", problems.subList(0, listed)) + rest);
        }
        return found;
    }

    private static void requireFinite(Path path, WeightTensor tensor, float[] values) throws TensorFormatException {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new TensorFormatException(path.toString(), "tensor " + tensor.parameter().name()
                        + " holds a value that is not finite");
            }
        }
    }
}
