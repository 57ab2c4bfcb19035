package org.casdm.weights;

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
import org.casdm.storage.Storage;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.StoredTensor;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.file.TensorFile;

/** A file with weights, in one of the formats that they are published in. */
public final class WeightFile {

    private static final int LISTED_PROBLEMS = 5;

    private WeightFile() {}

    /**
     * Reads tensors, whatever else the file holds. The file's format is detected from its first bytes. Without a hash in the
     * source, what {@link KnownContent} knows of the file is verified.
     *
     * @param what what the file should hold, for messages
     * @param receiver gets each parameter with its values in the file's layout
     * @throws TensorFormatException if the hash is another one, or if tensors are missing or have another shape; the
     *         message names them
     */
    public static void read(
            WeightSource source,
            String what,
            List<WeightTensor> wanted,
            Configuration hadoop,
            BiConsumer<Parameter, float[]> receiver)
            throws IOException {
        var path = Storage.path(source.uri().orElseThrow());
        var fileSystem = Storage.fileSystem(path, hadoop);
        if (source.sha256().isPresent()) {
            String actual = sha256(source, hadoop);
            if (!actual.equals(source.sha256().get())) {
                throw new TensorFormatException(
                        path.toString(),
                        "is not the expected file: its SHA-256 is " + actual + ", not "
                                + source.sha256().get());
            }
        } else {
            KnownContent.verify(fileSystem, path);
        }
        try (var file = TensorFile.open(fileSystem, path)) {
            var found = find(file, what, wanted);
            for (var tensor : wanted) {
                float[] values = values(found.get(tensor));
                requireFinite(path, tensor, values);
                receiver.accept(tensor.parameter(), values);
            }
        }
    }

    /**
     * Checks that a file holds tensors, without reading them or its hash.
     *
     * @param what what the file should hold, for messages
     * @throws TensorFormatException if tensors are missing or have another shape; the message names them
     */
    public static void check(WeightSource source, String what, List<WeightTensor> wanted, Configuration hadoop)
            throws IOException {
        var path = Storage.path(source.uri().orElseThrow());
        try (var file = TensorFile.open(Storage.fileSystem(path, hadoop), path)) {
            find(file, what, wanted);
        }
    }

    private static Map<String, StoredTensor> stored(TensorFile file) {
        var stored = new HashMap<String, StoredTensor>();
        file.tensors().forEach(tensor -> stored.put(tensor.info().name(), tensor));
        return stored;
    }

    /**
     * The SHA-256 of a file as lower-case hexadecimal digits.
     *
     * @param source not random
     */
    public static String sha256(WeightSource source, Configuration hadoop) throws IOException {
        var path = Storage.path(source.uri().orElseThrow());
        return ContentDigest.of(Storage.fileSystem(path, hadoop), path).sha256();
    }

    private static Map<WeightTensor, StoredTensor> find(TensorFile file, String what, List<WeightTensor> wanted)
            throws TensorFormatException {
        var stored = stored(file);
        var found = new HashMap<WeightTensor, StoredTensor>();
        var problems = new ArrayList<String>();
        for (var tensor : wanted) {
            var name = tensor.names().stream().filter(stored::containsKey).findFirst();
            if (name.isEmpty()) {
                problems.add(tensor.names().stream()
                        .flatMap(each -> file.refusal(each).stream())
                        .findFirst()
                        .orElse("no tensor " + String.join(" or ", tensor.names())));
                continue;
            }
            long[] shape = stored.get(name.get()).info().shape();
            long[] expected = tensor.parameter().fileShape();
            if (!Arrays.equals(shape, expected)) {
                problems.add(
                        name.get() + " has shape " + Arrays.toString(shape) + ", not " + Arrays.toString(expected));
            }
            found.put(tensor, stored.get(name.get()));
        }
        if (!problems.isEmpty()) {
            int listed = Math.min(LISTED_PROBLEMS, problems.size());
            String rest = problems.size() > listed ? "; and " + (problems.size() - listed) + " more" : "";
            throw new TensorFormatException(
                    file.name(),
                    "does not hold " + what + ": " + String.join("; ", problems.subList(0, listed)) + rest);
        }
        return found;
    }

    private static float[] values(StoredTensor tensor) throws IOException {
        // As many as the parameter that it is for.
        var values = new float[(int) tensor.info().elementCount()];
        tensor.read(FloatSink.into(values));
        return values;
    }

    private static void requireFinite(Path path, WeightTensor tensor, float[] values) throws TensorFormatException {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new TensorFormatException(
                        path.toString(), "tensor " + tensor.parameter().name() + " holds a value that is not finite");
            }
        }
    }
}
