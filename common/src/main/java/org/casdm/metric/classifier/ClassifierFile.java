package org.casdm.metric.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;

/**
 * A classifier as a safetensors file: its parameters by name in PyTorch's layouts, and as metadata its description
 * ({@code casdm.classifier}, JSON) and a checksum ({@code casdm.checksum}): the SHA-256 of the description's text and,
 * in the order of its layout, each parameter's name and its values in the file (little-endian float32).
 */
public final class ClassifierFile {

    private static final String DESCRIPTION = "casdm.classifier";
    private static final String CHECKSUM = "casdm.checksum";
    private static final long LARGEST_FILE = 64 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private ClassifierFile() {}

    /**
     * A classifier and the file that it is from.
     *
     * @param sha256 of the file, 64 lower-case hexadecimal digits
     */
    public record Stored(Classifier classifier, String sha256) {}

    /**
     * Writes a new file.
     *
     * @return the SHA-256 of the file
     * @throws org.apache.hadoop.fs.FileAlreadyExistsException if something is there
     */
    public static String write(Classifier classifier, FileSystem fileSystem, Path path) throws IOException {
        var text = JSON.writeValueAsString(classifier.description());
        var digest = Sha256.newDigest();
        update(digest, text);
        var tensors = new ArrayList<TensorSource>();
        for (var parameter : classifier.description().layout().parameters()) {
            var values = new float[Math.toIntExact(parameter.length())];
            parameter.toFile(classifier.parameters(), Math.toIntExact(parameter.offset()), values);
            update(digest, parameter.name(), values);
            tensors.add(TensorSource.of(TensorInfo.float32(parameter.name(), parameter.fileShape()), values));
        }
        var metadata = new TreeMap<>(Map.of(DESCRIPTION, text, CHECKSUM, Sha256.hex(digest)));
        return AtomicFile.create(
                fileSystem,
                path,
                stream -> SafetensorsWriter.write(stream, tensors, metadata).sha256());
    }

    /**
     * Reads a file.
     *
     * @throws TensorFormatException if it is not a classifier's, or is damaged
     */
    public static Stored read(FileSystem fileSystem, Path path) throws IOException {
        byte[] content;
        try (var input = SeekableInput.open(fileSystem, path)) {
            if (input.size() > LARGEST_FILE) {
                throw notAClassifier(path, null);
            }
            content = new byte[(int) input.size()];
            input.readFully(0, content, 0, content.length);
        }
        try (var reader = new SafetensorsReader(SeekableInput.of(path.toString(), content))) {
            var description = description(reader, path);
            var digest = Sha256.newDigest();
            update(digest, reader.metadata().get(DESCRIPTION));
            var parameters = parameters(reader, description, path, digest);
            requireChecksum(reader, path, Sha256.hex(digest));
            return new Stored(new Classifier(description, parameters), Sha256.hex(content));
        }
    }

    /** Files of earlier versions have none; a damaged name of the entry is not taken for that. */
    private static void requireChecksum(SafetensorsReader reader, Path path, String found)
            throws TensorFormatException {
        var metadata = reader.metadata();
        if (metadata.size() > 1 && !found.equals(metadata.get(CHECKSUM))) {
            throw new TensorFormatException(
                    path.toString(), "is damaged: its checksum does not agree with its content");
        }
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void update(MessageDigest digest, String name, float[] values) {
        update(digest, name);
        var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
    }

    private static ClassifierDescription description(SafetensorsReader reader, Path path) throws TensorFormatException {
        var text = reader.metadata().get(DESCRIPTION);
        if (text == null) {
            throw notAClassifier(path, null);
        }
        try {
            var description = JSON.readValue(text, ClassifierDescription.class);
            // Checks size and classes.
            description.layout();
            return description;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw notAClassifier(path, e);
        }
    }

    private static TensorFormatException notAClassifier(Path path, Exception cause) {
        String reason = cause == null ? "" : " (its description cannot be read: " + cause.getMessage() + ")";
        return new TensorFormatException(
                path.toString(), "is not a classifier's file: \"casdm train-classifier\" makes one" + reason, cause);
    }

    private static float[] parameters(
            SafetensorsReader reader, ClassifierDescription description, Path path, MessageDigest digest)
            throws IOException {
        var values = new float[description.layout().length()];
        for (var parameter : description.layout().parameters()) {
            var shape = reader.info(parameter.name()).shape();
            if (!Arrays.equals(shape, parameter.fileShape())) {
                throw new TensorFormatException(
                        path.toString(),
                        parameter.name() + " has shape " + Arrays.toString(shape) + ", not "
                                + Arrays.toString(parameter.fileShape()));
            }
            var stored = reader.readFloats(parameter.name());
            update(digest, parameter.name(), stored);
            parameter.fromFile(stored, values, Math.toIntExact(parameter.offset()));
        }
        return values;
    }
}
