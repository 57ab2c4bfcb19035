package org.casdm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    @TempDir
    Path folder;

    @Test
    void everythingHasItsPlaceAndNoCompanions() throws IOException {
        // A plain path and a URI are the same folder.
        var run = RunFolder.at(folder.toString(), new Configuration());
        assertThat(run.root())
                .isEqualTo(RunFolder.at(folder.toUri().toString(), new Configuration())
                        .root());
        assertThat(run.readConfiguration()).isEmpty();
        run.writeConfiguration("a = 1\nb = \"ä\"");
        run.writeSample(12_000, new byte[] {1, 2, 3});
        var metrics = run.metrics(1, Duration.ofMinutes(1));
        metrics.append(100, Map.of("loss", 0.5));
        run.checkpoints().write(CheckpointExamples.checkpoint(100));
        assertThat(run.readConfiguration())
                .hasValueSatisfying(text -> assertThat(text).startsWith("a = 1\nb = \"ä\"\n#"));
        assertThat(folder.resolve("samples/000012000.png")).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(folder.resolve("metrics/part-000000100.jsonl")).hasContent("{\"step\":100,\"loss\":0.5}");
        assertThat(folder.resolve("checkpoints/000000100/state.json")).exists();
        try (var files = Files.walk(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.endsWith(".crc"));
        }
    }

    @Test
    void truncatedConfiguration_isIgnored() throws IOException {
        var run = RunFolder.at(folder.toString(), new Configuration());
        run.writeConfiguration("a = 1\nb = 2\n");
        var text = Files.readString(folder.resolve("config.conf"));
        for (var length = 0; length < text.length() - 1; length++) {
            Files.writeString(folder.resolve("config.conf"), text.substring(0, length));
            assertThat(run.readConfiguration()).as("%d characters", length).isEmpty();
        }
        Files.writeString(folder.resolve("config.conf"), text);
        assertThat(run.readConfiguration()).contains(text);
    }
}
