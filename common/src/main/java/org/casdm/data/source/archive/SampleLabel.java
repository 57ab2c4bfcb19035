package org.casdm.data.source.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.casdm.data.BadImageException;
import org.casdm.data.source.label.NumberedLabels;

/**
 * The label files that webdataset keeps beside a picture: {@code 00001.cls} holds a class number as text,
 * {@code 00001.json} may have one in a field.
 */
final class SampleLabel {
    /** Files of labels are short, also those with captions and other fields that are not used. */
    static final int MOST_BYTES = 1 << 20;

    private static final String NUMBER = ".cls";
    private static final String JSON = ".json";
    private static final List<String> FIELDS = List.of("label", "cls", "class");
    private static final JsonMapper MAPPER = new JsonMapper();

    private SampleLabel() {}

    /** Whether an entry may hold the label of the pictures beside it. */
    static boolean isIn(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(NUMBER) || lower.endsWith(JSON);
    }

    /** What the names of files that belong together have in common: all up to the first dot of the file's name. */
    static String key(String name) {
        int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
        return dot < 0 ? name : name.substring(0, dot);
    }

    /**
     * The label in a file.
     *
     * @return empty if it is a JSON file without one
     * @throws BadImageException if it has one that is not a class number
     */
    static OptionalInt read(String name, byte[] content) throws BadImageException {
        if (name.toLowerCase(Locale.ROOT).endsWith(NUMBER)) {
            String text = new String(content, StandardCharsets.UTF_8).strip();
            if (!text.matches("\\d{1,9}") || !NumberedLabels.isLabel(Long.parseLong(text))) {
                throw new BadImageException(name, NumberedLabels.problem(EntryNames.shown(text)));
            }
            return OptionalInt.of(Integer.parseInt(text));
        }
        JsonNode json;
        try {
            json = MAPPER.readTree(content);
        } catch (JsonProcessingException e) {
            throw new BadImageException(name, "not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new BadImageException(name, "not JSON: " + e.getMessage(), e);
        }
        for (String field : FIELDS) {
            JsonNode label = json.get(field);
            if (label != null && !label.isNull()) {
                if (!label.isIntegralNumber()
                        || !label.canConvertToInt()
                        || !NumberedLabels.isLabel(label.intValue())) {
                    throw new BadImageException(name, NumberedLabels.problem(EntryNames.shown(label.toString())));
                }
                return OptionalInt.of(label.intValue());
            }
        }
        return OptionalInt.empty();
    }
}
