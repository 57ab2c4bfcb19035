package org.casdm.job.sample.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.casdm.job.JobFailure;
import org.casdm.job.sample.SampleExamples;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.sampling.SamplerSettings;
import org.casdm.tensor.ContentDigest;
import org.casdm.testing.Damage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder of samples says of itself is noticed when it is damaged. */
class DamagedSamplesIT {

    private static final SampleSettings SETTINGS = new SampleSettings(
            new StoredModel("/run", 20, "model.safetensors", "0f".repeat(32), SampleExamples.config()),
            SamplerSettings.ddim("4", 7),
            new ClassCycle(List.of()),
            null,
            PartFormat.PARQUET);

    @TempDir
    private Path folder;

    @Test
    void samplesJson() throws IOException {
        var samples = new SampleFolder(folder.toString(), SETTINGS, new Configuration());
        var part = new Part(0, 4, 100, "1e".repeat(32), List.of(4));
        samples.write(new SampleFolder.Contents(
                true,
                4,
                new TreeMap<>(SETTINGS.describe()),
                "/run",
                "test",
                List.of(part),
                new ContentDigest(7, "2d".repeat(32))));
        var file = folder.resolve("samples.json");
        requireNoticed(file, samples::contents, "samples.json");
    }

    @Test
    void recordsOfParts() throws IOException {
        var samples = new SampleFolder(folder.toString(), SETTINGS, new Configuration());
        var name = SETTINGS.storedAs()
                .files(new SampleRange(0, 4), SETTINGS.classes())
                .get(0);
        Files.write(folder.resolve(name), new byte[100]);
        samples.record(new Part(0, 4, 100, "1e".repeat(32), List.of(4)));
        assertThat(samples.parts()).hasSize(1);
        requireNoticed(folder.resolve("_parts/part-000000000.json"), samples::parts, "part-000000000.json");
    }

    private interface Reading {
        Object read() throws IOException;
    }

    private static void requireNoticed(Path file, Reading reading, String name) throws IOException {
        var content = Files.readAllBytes(file);
        var written = reading.read();
        int refused = 0;
        for (var damaged : Damage.of(content, Integer.MAX_VALUE, 3)) {
            Files.write(file, damaged.content());
            try {
                assertThat(reading.read()).as(damaged.toString()).isEqualTo(written);
            } catch (JobFailure e) {
                refused++;
                assertThat(e).hasMessageContaining(name);
            }
        }
        assertThat(refused).isGreaterThan(content.length);
        assertThat(written).isNotEqualTo(Optional.empty());
    }
}
