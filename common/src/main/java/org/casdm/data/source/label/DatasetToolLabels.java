package org.casdm.data.source.label;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.failure.DataException;

/**
 * The labels that NVIDIA's dataset_tool (StyleGAN2-ADA, StyleGAN3, EDM) writes beside its pictures:
 * {@code dataset.json} with {@code {"labels": [["00000/img00000000.png", 6], ...]}}, or {@code null} for pictures
 * without labels.
 */
public final class DatasetToolLabels {
    public static final String FILE_NAME = "dataset.json";
    private static final String FIELD = "labels";

    private DatasetToolLabels() {}

    /**
     * Reads the labels of some pictures.
     *
     * @param content of the file
     * @param file    its name, for messages
     * @param sorted  the pictures' paths below the folder that the file is in, sorted
     * @return a label for each path, {@link DatasetDescription#NO_LABEL} where the file has none; an empty array if it says
     *     that no picture has one; empty if it is another program's file
     * @throws DataException if it is not JSON, or its labels are not class numbers
     */
    static Optional<int[]> read(byte[] content, String file, List<String> sorted) throws DataException {
        try (JsonParser json = new JsonFactory().createParser(content)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean labels = json.currentName().equals(FIELD);
                JsonToken value = json.nextToken();
                if (labels && value == JsonToken.VALUE_NULL) {
                    return Optional.of(new int[0]);
                }
                if (labels && value == JsonToken.START_ARRAY) {
                    return Optional.of(labels(json, file, sorted));
                }
                json.skipChildren();
            }
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new DataException(
                    file + " is not JSON: " + e.getOriginalMessage() + " (line "
                            + e.getLocation().getLineNr() + "). Restore it, or remove it to take classes from folders",
                    e);
        } catch (DataException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("an array in memory cannot fail", e);
        }
    }

    private static int[] labels(JsonParser json, String file, List<String> sorted) throws IOException {
        int[] labels = new int[sorted.size()];
        Arrays.fill(labels, DatasetDescription.NO_LABEL);
        while (json.nextToken() == JsonToken.START_ARRAY) {
            String name = json.nextTextValue();
            // Of any size: a number that is too large for a long is not a label either.
            boolean whole = json.nextToken() == JsonToken.VALUE_NUMBER_INT
                    && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            long label = whole ? json.getLongValue() : -1;
            if (name == null || !NumberedLabels.isLabel(label) || json.nextToken() != JsonToken.END_ARRAY) {
                throw unusable(json, file);
            }
            int index = Collections.binarySearch(sorted, name);
            if (index >= 0) {
                labels[index] = (int) label;
            }
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw unusable(json, file);
        }
        return labels;
    }

    private static DataException unusable(JsonParser json, String file) {
        return new DataException(file + ", line " + json.currentLocation().getLineNr()
                + ": labels are pairs of a file's name and a class, a whole number from 0 to "
                + (NumberedLabels.MOST_CLASSES - 1) + ". "
                + "Set labels to none, folder or name to read the pictures without this file");
    }
}
