package org.casdm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.checkpoint.FaultyFileSystem.Fault;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    @TempDir
    Path folder;

    private FileSystem fileSystem;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    @BeforeEach
    void open() throws IOException {
        fileSystem = FileSystem.getLocal(new Configuration()).getRawFileSystem();
    }

    private MetricsLog log(int linesPerPart) {
        return log(fileSystem, linesPerPart);
    }

    private MetricsLog log(FileSystem target, int linesPerPart) {
        return new MetricsLog(
                target,
                new org.apache.hadoop.fs.Path(folder.resolve("metrics").toUri()),
                linesPerPart,
                Duration.ofSeconds(60),
                now::get);
    }

    private static void append(MetricsLog log, String run, long... steps) throws IOException {
        for (var step : steps) {
            log.append(step, Map.of("run", run));
        }
    }

    private List<String> lines() throws IOException {
        return log(1).readAll().stream()
                .map(line -> line.values().path("run").asText() + line.step())
                .toList();
    }

    private List<String> parts() throws IOException {
        try (var files = Files.list(folder.resolve("metrics"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void partsAreWrittenByNumberByTimeAndOnDemand() throws IOException {
        assertThat(lines()).isEmpty();
        var log = log(3);
        append(log, "a", 1, 2, 3, 4);
        assertThat(lines()).containsExactly("a1", "a2", "a3");
        now.set(Instant.EPOCH.plusSeconds(60));
        append(log, "a", 5);
        assertThat(lines()).hasSize(5);
        append(log, "a", 6);
        assertThat(lines()).hasSize(5);
        log.flush();
        log.flush();
        assertThat(lines()).containsExactly("a1", "a2", "a3", "a4", "a5", "a6");
        assertThat(parts()).containsExactly("part-000000001.jsonl", "part-000000004.jsonl", "part-000000006.jsonl");
        assertThat(folder.resolve("metrics/part-000000006.jsonl")).hasContent("{\"step\":6,\"run\":\"a\"}");
    }

    @Test
    void resumedRunRewritesWhatCameAfterTheCheckpoint() throws IOException {
        var first = log(2);
        append(first, "a", 10, 20, 30, 40);
        // The checkpoint of step 40 is here.
        append(first, "a", 50, 60, 70, 80);
        var second = log(10);
        second.resume(40);
        append(second, "b", 45, 55, 65);
        second.flush();
        assertThat(lines()).containsExactly("a10", "a20", "a30", "a40", "b45", "b55", "b65");
        var third = log(1);
        third.resume(-1);
        assertThat(lines()).isEmpty();
        append(third, "c", 0);
        assertThat(lines()).containsExactly("c0");
    }

    @Test
    void partThatReachesOverTheCheckpointCountsUpToTheNext() throws IOException {
        var first = log(5);
        append(first, "a", 10, 20, 30, 40, 50);
        var second = log(5);
        second.resume(20);
        append(second, "b", 30, 40);
        second.flush();
        assertThat(lines()).containsExactly("a10", "a20", "b30", "b40");
    }

    @Test
    void partsNamedWithDigitsOfAnotherScript_areReadAndRewritten() throws IOException {
        append(log(2), "a", 10, 20, 30, 40);
        for (var step : List.of("10", "30")) {
            Files.move(
                    folder.resolve("metrics/part-0000000" + step + ".jsonl"),
                    folder.resolve("metrics/part-٠٠٠٠٠٠٠" + (step.equals("10") ? "١٠" : "٣٠") + ".jsonl"));
        }
        assertThat(lines()).containsExactly("a10", "a20", "a30", "a40");
        var second = log(1);
        second.resume(20);
        append(second, "b", 30);
        assertThat(lines()).containsExactly("a10", "a20", "b30");
    }

    @Test
    void stepsGoForward() throws IOException {
        var log = log(5);
        append(log, "a", 10);
        assertThatThrownBy(() -> append(log, "a", 10)).isInstanceOf(IllegalArgumentException.class);
        log.resume(20);
        assertThatThrownBy(() -> append(log, "a", 20)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersThatAreNotFiniteStayReadable() throws IOException {
        var log = log(1);
        log.append(1, Map.of("loss", Double.NaN, "step", 77));
        var line = log.readAll().get(0);
        assertThat(line.values().path("loss").asDouble()).isNaN();
        assertThat(line.values().path("step").asLong()).isEqualTo(1);
    }

    @Test
    void lineCutOffIsLeftOutAndABrokenOneNamed() throws IOException {
        var log = log(2);
        append(log, "a", 1, 2);
        var part = folder.resolve("metrics/part-000000001.jsonl");
        var text = Files.readString(part);
        Files.writeString(part, text.substring(0, text.length() - 1));
        assertThat(lines()).containsExactly("a1");
        for (var broken : List.of("{\"step\":1", "[]", "{}", "{\"step\":\"x\"}", "")) {
            Files.writeString(part, text + broken + "\n");
            assertThatThrownBy(this::lines)
                    .as(broken)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("part-000000001.jsonl: line 3");
        }
    }

    @Test
    void failedFlushLosesNothing() throws IOException {
        var failures = 0;
        for (var budget = 0; budget < 50; budget++) {
            var log = log(new FaultyFileSystem(fileSystem, Fault.HICCUP, budget), 10);
            append(log, "a", 1, 2);
            try {
                log.flush();
                assertThat(budget).isGreaterThanOrEqualTo(failures);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("part-000000001.jsonl: cannot be written");
                failures++;
                log.flush();
                assertThat(lines()).containsExactly("a1", "a2");
            }
            log(1).resume(-1);
        }
        // Creation, each byte of two lines, forcing to the disk, closing.
        assertThat(failures).isEqualTo(1 + 2 * "{'step':1,'run':'a'}\n".length() + 2);
    }
}
