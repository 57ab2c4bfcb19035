package org.casdm.data.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The small files in the public formats, and what a reader must find in them ({@code sources/expected.json}). */
public final class SourceFixtures {
    private SourceFixtures() {}

    /** What is expected of a fixture. */
    public static JsonNode expected(String fixture) throws IOException {
        try (var input = SourceFixtures.class.getResourceAsStream("/sources/expected.json")) {
            return new ObjectMapper().readTree(input).get(fixture);
        }
    }

    /** A copy of a fixture's file in a folder. */
    public static Path copy(String name, Path folder) throws IOException {
        Path target = folder.resolve(Path.of(name).getFileName());
        try (var input = SourceFixtures.class.getResourceAsStream("/sources/" + name)) {
            Files.copy(input, target);
        }
        return target;
    }
}
