package org.casdm.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.casdm.tensor.Sha256;

/**
 * A checksum within a JSON object: field {@code checksum} is the SHA-256 of all the rest written without white space.
 * So a flipped bit is detected, and other programs still read the file.
 */
public final class JsonChecksum {

    /** The field. */
    public static final String FIELD = "checksum";

    private static final JsonMapper JSON = new JsonMapper();

    private JsonChecksum() {}

    /** Adds the checksum as the last field. */
    public static void add(ObjectNode tree) throws JsonProcessingException {
        tree.remove(FIELD);
        tree.put(FIELD, of(tree));
    }

    /**
     * Takes the checksum out.
     *
     * @return whether it agrees with the rest; true too if there is none, as in what other programs and earlier
     *         versions write. A reader that refuses fields which it does not know then refuses a damaged name.
     */
    public static boolean removeIfSound(ObjectNode tree) throws JsonProcessingException {
        var found = tree.remove(FIELD);
        return found == null || found.isTextual() && found.textValue().equals(of(tree));
    }

    private static String of(ObjectNode tree) throws JsonProcessingException {
        return Sha256.hex(JSON.writeValueAsBytes(tree));
    }
}
