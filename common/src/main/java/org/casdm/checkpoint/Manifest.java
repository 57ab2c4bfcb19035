package org.casdm.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.casdm.storage.JsonChecksum;
import org.casdm.tensor.ContentDigest;

/**
 * The content of {@code state.json}: the training's state, and size and hash of each file. In JSON the state's own
 * fields are beside {@code format} (1), {@code files} and {@code checksum}, the SHA-256 of all the rest written
 * without white space: a damaged state is detected too.
 */
record Manifest(TrainingState state, SortedMap<String, ContentDigest> files) {

    private static final int FORMAT = 1;
    private static final String FORMAT_FIELD = "format";
    private static final String FILES_FIELD = "files";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantReader()))
            .build();

    Manifest {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    byte[] toJson() throws IOException {
        var tree = JSON.createObjectNode().put(FORMAT_FIELD, FORMAT);
        tree.setAll((ObjectNode) JSON.valueToTree(state));
        tree.set(FILES_FIELD, JSON.valueToTree(files));
        JsonChecksum.add(tree);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree);
    }

    /** @throws CorruptCheckpointException if the text is not what {@link #toJson} made */
    static Manifest parse(String path, byte[] json) throws CorruptCheckpointException {
        try {
            if (!(JSON.readTree(json) instanceof ObjectNode tree)) {
                throw new CorruptCheckpointException(path + ": is not a JSON object");
            }
            var format = tree.path(FORMAT_FIELD).asInt();
            if (format != FORMAT) {
                throw new CorruptCheckpointException(path + ": format " + tree.path(FORMAT_FIELD)
                        + " is unknown to this version of the program, which reads format " + FORMAT);
            }
            if (!tree.has(JsonChecksum.FIELD) || !JsonChecksum.removeIfSound(tree)) {
                throw new CorruptCheckpointException(path + ": its checksum does not agree with its content");
            }
            tree.remove(FORMAT_FIELD);
            var files =
                    JSON.convertValue(tree.remove(FILES_FIELD), new TypeReference<TreeMap<String, ContentDigest>>() {});
            if (files == null) {
                throw new CorruptCheckpointException(path + ": " + FILES_FIELD + " is missing");
            }
            for (var name : files.keySet()) {
                if (!CheckpointFile.isName(name)) {
                    throw new CorruptCheckpointException(
                            path + ": '" + name + "' is not the name of a checkpoint's file");
                }
            }
            return new Manifest(JSON.treeToValue(tree, TrainingState.class), files);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new CorruptCheckpointException(path + ": is damaged: " + e.getMessage(), e);
        } catch (CorruptCheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw new CorruptCheckpointException(path + ": is damaged: " + e.getMessage(), e);
        }
    }

    /** Jackson reads times with an extra module, which Spark does not have everywhere. */
    private static final class InstantReader extends FromStringDeserializer<Instant> {

        private static final long serialVersionUID = 1L;

        InstantReader() {
            super(Instant.class);
        }

        @Override
        protected Instant _deserialize(String text, DeserializationContext context) throws IOException {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, text, "no time in ISO format");
            }
        }
    }
}
