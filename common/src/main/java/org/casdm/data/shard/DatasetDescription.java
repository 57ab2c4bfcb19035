package org.casdm.data.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.failure.DataException;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.JsonChecksum;

/**
 * What a data folder holds: {@code dataset.json}, written when all of its shards are there. A folder without one is
 * unfinished. In the file a {@linkplain JsonChecksum checksum} is beside the fields.
 *
 * @param count     images of all shards
 * @param size      their width and height in pixels
 * @param channels  3
 * @param classes   the classes' names, label by label; empty when the images have no labels
 * @param source    where the images come from: a URI, or a checkpoint
 * @param transform what was done to them, in words
 * @param seed      what their order was decided by
 * @param split     which part of the source: {@code train}, {@code held-out}; {@code all} of it
 * @param shards    the files, in order
 * @param skipped   pictures of the source that could not be used
 */
public record DatasetDescription(
        long count,
        int size,
        int channels,
        List<String> classes,
        String source,
        String transform,
        long seed,
        String split,
        List<ShardFile> shards,
        List<SkippedRecord> skipped)
        implements Serializable {

    /** The label of images that have none. */
    public static final int NO_LABEL = -1;

    /** The file's name in the data folder. */
    public static final String FILE_NAME = "dataset.json";

    private static final int FORMAT = 1;
    private static final String FORMAT_FIELD = "format";
    /** Each of them distinguishes our file from another program's. */
    private static final Set<String> OWN_FIELDS = Set.of(FORMAT_FIELD, "shards", JsonChecksum.FIELD);

    private static final int LARGEST_SIZE = 4096;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /** @throws IllegalArgumentException naming the field that is wrong */
    public DatasetDescription {
        if (size < 1 || size > LARGEST_SIZE) {
            throw new IllegalArgumentException("size is " + size + ", possible are 1 to " + LARGEST_SIZE);
        }
        if (channels != ShardSchema.CHANNELS) {
            throw new IllegalArgumentException("channels is " + channels + ", only 3 is possible");
        }
        requireGiven("classes", classes);
        requireGiven("source", source);
        requireGiven("transform", transform);
        requireGiven("split", split);
        requireGiven("shards", shards);
        requireGiven("skipped", skipped);
        classes = List.copyOf(classes);
        shards = List.copyOf(shards);
        skipped = List.copyOf(skipped);
        if (shards.isEmpty()) {
            throw new IllegalArgumentException("shards is empty");
        }
        var names = new HashSet<String>();
        for (var shard : shards) {
            if (!names.add(shard.name())) {
                throw new IllegalArgumentException("shards lists " + shard.name() + " twice");
            }
        }
        if (count != shards.stream().mapToLong(ShardFile::count).sum()) {
            throw new IllegalArgumentException("count is " + count + ", but the shards hold "
                    + shards.stream().mapToLong(ShardFile::count).sum() + " images");
        }
    }

    private static void requireGiven(String field, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
    }

    /**
     * Whether a folder has a description. Other programs have files of this name, too: NVIDIA's dataset_tool writes the
     * labels of pictures into one. A file that is empty or not JSON counts as a damaged description.
     */
    public static boolean isIn(FileSystem fileSystem, Path folder) throws IOException {
        try (var stream = fileSystem.open(new Path(folder, FILE_NAME));
                var json = JSON.createParser((InputStream) stream)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return json.currentToken() == null;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (OWN_FIELDS.contains(json.currentName())) {
                    return true;
                }
                json.nextToken();
                json.skipChildren();
            }
            return false;
        } catch (FileNotFoundException e) {
            return false;
        } catch (JsonProcessingException | CharConversionException e) {
            return true;
        }
    }

    /**
     * Reads the description of a folder.
     *
     * @throws DataException naming file and field, when it is missing or not what {@link #write} writes
     * @throws IOException   when the storage fails
     */
    public static DatasetDescription read(FileSystem fileSystem, Path folder) throws IOException {
        var file = new Path(folder, FILE_NAME);
        byte[] json;
        try (var stream = fileSystem.open(file)) {
            json = stream.readAllBytes();
        } catch (FileNotFoundException e) {
            throw new DataException(
                    file + " is missing: " + folder + " is not a prepared data set, or it is unfinished. "
                            + "Run prepare (again) to complete it",
                    e);
        }
        return parse(file, json);
    }

    private static DatasetDescription parse(Path file, byte[] json) throws DataException {
        try {
            if (!(JSON.readTree(json) instanceof ObjectNode tree)) {
                throw new DataException(file + " is not a JSON object");
            }
            var format = tree.get(FORMAT_FIELD);
            if (format == null || !format.isInt() || format.intValue() != FORMAT) {
                throw new DataException(file + ": field " + FORMAT_FIELD + " is " + format
                        + "; this version of the program reads " + FORMAT);
            }
            if (!JsonChecksum.removeIfSound(tree)) {
                throw new DataException(file + " is damaged, or was changed by hand: its " + JsonChecksum.FIELD
                        + " does not agree with the rest. Restore the file; if it was changed on purpose, remove the"
                        + " line with the " + JsonChecksum.FIELD);
            }
            tree.remove(FORMAT_FIELD);
            return JSON.treeToValue(tree, DatasetDescription.class);
        } catch (JsonMappingException e) {
            throw new DataException(
                    file + ": " + field(e)
                            + (e.getCause() instanceof IllegalArgumentException said
                                    ? said.getMessage()
                                    : e.getOriginalMessage())
                            + ". Prepare the data set again, or restore the file",
                    e);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    file + " is damaged: " + e.getOriginalMessage() + " (line "
                            + e.getLocation().getLineNr() + "). Prepare the data set again, or restore the file",
                    e);
        } catch (DataException e) {
            throw e;
        } catch (IOException e) {
            throw new DataException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static String field(JsonMappingException e) {
        return e.getPath().isEmpty()
                ? ""
                : e.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName())
                        .collect(Collectors.joining(".", "field ", ": "));
    }

    /** Writes the description into a folder: the last thing to be written there. */
    public void write(FileSystem fileSystem, Path folder) throws IOException {
        var tree = JSON.createObjectNode().put(FORMAT_FIELD, FORMAT);
        tree.setAll((ObjectNode) JSON.valueToTree(this));
        JsonChecksum.add(tree);
        AtomicFile.write(
                fileSystem,
                new Path(folder, FILE_NAME),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree));
    }
}
