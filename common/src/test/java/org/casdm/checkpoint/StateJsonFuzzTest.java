package org.casdm.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.Sha256;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as {@code state.json}: read, or refused by name. */
class StateJsonFuzzTest {

    private static final String NAME = "000000012/state.json";
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final JsonMapper JSON = new JsonMapper();

    static Stream<byte[]> states() throws IOException {
        return Stream.of(new Manifest(
                        CheckpointExamples.state(12),
                        new TreeMap<>(Map.of(CheckpointFiles.MODEL, new ContentDigest(1000, "0f".repeat(32)))))
                .toJson());
    }

    /** As it is, and as somebody could make it who also computes the checksum. */
    @MethodSource("states")
    @FuzzTest
    void parse(byte[] content) throws IOException {
        read(content);
        read(withChecksum(content));
    }

    private static void read(byte[] content) {
        Untrusted.isRead(NAME, () -> {
            for (var file : Manifest.parse(NAME, content).files().keySet()) {
                if (!FILE_NAME.matcher(file).matches()) {
                    throw new AssertionError("a file outside of the checkpoint: " + file);
                }
            }
        });
    }

    private static byte[] withChecksum(byte[] content) throws IOException {
        try {
            if (JSON.readTree(new String(content, StandardCharsets.UTF_8)) instanceof ObjectNode tree) {
                tree.remove("checksum");
                tree.put("checksum", Sha256.hex(JSON.writeValueAsBytes(tree)));
                return JSON.writeValueAsBytes(tree);
            }
            return content;
        } catch (JsonProcessingException e) {
            return content;
        }
    }
}
