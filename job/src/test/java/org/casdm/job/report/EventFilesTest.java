package org.casdm.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.checkpoint.RunFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the files; that TensorBoard reads them is tested with TensorBoard, by {@code .ci/notebooks}. */
class EventFilesTest {

    private static final String EVENTS = "events.out.tfevents.casdm";
    private static final byte[] PNG =
            HexFormat.of().parseHex("89504e470d0a1a0a0000000d4948445200000002000000030802000000");

    @TempDir
    private Path folder;
    private final Configuration hadoop = new Configuration();
    private RunFolder run;

    @BeforeEach
    void makeRun() throws IOException {
        run = RunFolder.at(folder.resolve("run").toUri().toString(), hadoop);
        run.writeConfiguration("run { seed = 1 }");
    }

    @Test
    void holdTheRoundsGridsAndConfiguration() throws IOException {
        var metrics = run.metrics(100, Duration.ofDays(1));
        metrics.append(10, Map.of("time", "2026-01-01T00:00:00Z", "loss", "NaN", "eps", 0.5, "imagesPerSecond", 40.0,
                "learningRate", 1e-4, "somethingNew", 7, "lpipsOfImages", Map.of("minimum", 0.1)));
        metrics.flush();
        run.writeSample(10, PNG);
        write();
        assertThat(text(EVENTS)).contains("loss/total", "loss/eps", "speed/imagesPerSecond", "progress/learningRate",
                "lpipsOfImages/minimum", "other/somethingNew", "samples", "seed = 1").doesNotContain("time");
    }

    @Test
    void haveAFolderForEachCurveOfEvaluations() throws IOException {
        Files.createDirectories(folder.resolve("run/metrics"));
        for (var curve : new String[] {"abc", "def"}) {
            Files.writeString(folder.resolve("run/metrics/evaluation-000000020-" + curve + ".jsonl"), """
                    {"step": 20, "time": "2026-01-01T00:00:00Z", "curve": "%s", "metrics": {"fid": 12.5}, \
                    "labels": {"fid": "FID"}, "samples": {"images": 5000}, "conditions": {"seed": "0"}}
                    """.formatted(curve));
        }
        write();
        assertThat(text("evaluation-abc/" + EVENTS)).contains("evaluation/FID", "5,000 samples", "seed");
        assertThat(text("evaluation-def/" + EVENTS)).contains("evaluation/FID");
    }

    @Test
    void areReplacedByLaterOnes() throws IOException {
        var metrics = run.metrics(1, Duration.ZERO);
        metrics.append(10, Map.of("time", "2026-01-01T00:00:00Z", "loss", 2.0));
        write();
        var first = Files.readAllBytes(folder.resolve("events").resolve(EVENTS));
        write();
        assertThat(folder.resolve("events").resolve(EVENTS)).hasBinaryContent(first);
        try (var files = Files.list(folder.resolve("events"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void nameARoundWithoutTime() throws IOException {
        run.metrics(1, Duration.ZERO).append(10, Map.of("loss", 2.0));
        assertThatThrownBy(this::write).isInstanceOf(IOException.class).hasMessageContainingAll("step 10", "time");
    }

    private void write() throws IOException {
        new Report(hadoop).writeEvents(run.root().toString(), folder.resolve("events").toUri().toString());
    }

    private String text(String file) throws IOException {
        return new String(Files.readAllBytes(folder.resolve("events").resolve(file)), StandardCharsets.ISO_8859_1);
    }
}
