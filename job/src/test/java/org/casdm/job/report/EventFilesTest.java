package org.casdm.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.checkpoint.RunFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the files; that TensorBoard reads them is tested with TensorBoard, by {@code .ci/notebooks}. */
class EventFilesTest {

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
        metrics.append(
                10,
                Map.of(
                        "time",
                        "2026-01-01T00:00:00Z",
                        "loss",
                        "NaN",
                        "eps",
                        0.5,
                        "imagesPerSecond",
                        40.0,
                        "learningRate",
                        1e-4,
                        "somethingNew",
                        7,
                        "lpipsOfImages",
                        Map.of("minimum", 0.1)));
        metrics.flush();
        run.writeSample(10, PNG);
        write();
        assertThat(text(""))
                .contains(
                        "loss/total",
                        "loss/eps",
                        "speed/imagesPerSecond",
                        "progress/learningRate",
                        "lpipsOfImages/minimum",
                        "other/somethingNew",
                        "samples",
                        "seed = 1")
                .doesNotContain("time");
    }

    @Test
    void haveAFolderForEachCurveOfEvaluations() throws IOException {
        Files.createDirectories(folder.resolve("run/metrics"));
        for (var curve : new String[] {"abc", "def"}) {
            Files.writeString(
                    folder.resolve("run/metrics/evaluation-000000020-" + curve + ".jsonl"),
                    String.format(Locale.ROOT, """
                    {"step": 20, "time": "2026-01-01T00:00:00Z", "curve": "%s", "metrics": {"fid": 12.5}, \
                    "labels": {"fid": "FID"}, "samples": {"images": 5000}, "conditions": {"seed": "0"}}
                    """, curve));
        }
        write();
        assertThat(text("evaluation-abc")).contains("evaluation/FID", "5,000 samples", "seed");
        assertThat(text("evaluation-def")).contains("evaluation/FID");
    }

    @Test
    void areReplacedByLaterOnes() throws IOException {
        var metrics = run.metrics(1, Duration.ZERO);
        metrics.append(10, Map.of("time", "2026-01-01T00:00:00Z", "loss", 2.0));
        Files.createDirectories(folder.resolve("events"));
        var other = Files.writeString(folder.resolve("events/events.out.tfevents.1.host"), "another program's");
        write(Instant.ofEpochSecond(1));
        var first = file("");
        write(Instant.ofEpochSecond(10));
        assertThat(first).doesNotExist();
        assertThat(file("").getFileName().toString())
                .isGreaterThan(first.getFileName().toString());
        assertThat(other).exists();
    }

    @Test
    void nameARoundWithoutTime() throws IOException {
        run.metrics(1, Duration.ZERO).append(10, Map.of("loss", 2.0));
        assertThatThrownBy(this::write).isInstanceOf(IOException.class).hasMessageContainingAll("step 10", "time");
    }

    private void write() throws IOException {
        write(Instant.ofEpochSecond(5));
    }

    private void write(Instant now) throws IOException {
        new EventFiles(
                        RunStory.read(run.root().toString(), hadoop),
                        folder.resolve("events").toUri().toString(),
                        now,
                        hadoop)
                .write();
    }

    /** The one file of ours in a folder of event files. */
    private Path file(String name) throws IOException {
        try (var files = Files.list(folder.resolve("events").resolve(name))) {
            var ours = files.filter(path -> path.toString().endsWith(".casdm")).toList();
            assertThat(ours).hasSize(1);
            return ours.get(0);
        }
    }

    private String text(String name) throws IOException {
        return new String(Files.readAllBytes(file(name)), StandardCharsets.ISO_8859_1);
    }
}
