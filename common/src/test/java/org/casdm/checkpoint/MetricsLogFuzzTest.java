package org.casdm.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a part of a run's metrics: read, or refused by name. */
class MetricsLogFuzzTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();
    private static final String NAME = "part-000000012.jsonl";

    static Stream<byte[]> parts() {
        return Stream.of("""
                {"step":12,"loss":0.25,"terms":{"eps":0.1},"note":"NaN"}
                {"step":14,"loss":1e-3}
                """.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("parts")
    @FuzzTest
    void readAll(byte[] content) {
        var folder = MemoryFiles.folder(Map.of(NAME, content));
        Untrusted.isRead(
                NAME,
                () -> new MetricsLog(
                                FileSystem.get(folder.toUri(), HADOOP), folder, 1, Duration.ZERO, Clock.systemUTC())
                        .readAll());
    }
}
