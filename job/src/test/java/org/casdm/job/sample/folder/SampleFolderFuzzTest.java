package org.casdm.job.sample.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.job.JobFailure;
import org.casdm.job.sample.SampleExamples;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.sampling.SamplerSettings;
import org.casdm.testing.MemoryFiles;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as {@code samples.json}: read, or refused by name. */
class SampleFolderFuzzTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();
    private static final SampleSettings SETTINGS = new SampleSettings(
            new StoredModel("memory:/run", 20, "model.safetensors", "0f".repeat(32), SampleExamples.config()),
            SamplerSettings.ddim("4", 7),
            new ClassCycle(List.of()),
            null,
            PartFormat.PARQUET);

    static Stream<byte[]> files() {
        return Stream.of(String.format(Locale.ROOT, """
                {"complete": true, "count": 4, "settings": {"seed": "7"}, "run": "memory:/run", "program": "0.1",
                 "parts": [{"first": 0, "count": 4, "bytes": 100, "sha256": "%1$s", "rowGroups": [4]}],
                 "npz": {"bytes": 7, "sha256": "%1$s"}}""", "0f".repeat(32)).getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("files")
    @FuzzTest
    void contents(byte[] content) throws Exception {
        var folder = MemoryFiles.folder(Map.of("samples.json", content));
        try {
            new SampleFolder(folder.toString(), SETTINGS, HADOOP).contents();
        } catch (JobFailure e) {
            assertThat(e).hasMessageContaining("samples.json");
        }
    }
}
