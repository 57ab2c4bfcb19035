package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.bench.StepSettings.Metric;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundBenchmarkIT {

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void measuresRoundsAndTheirFloor(EngineChoice engine, @TempDir Path folder) throws Exception {
        var conf = RoundTrainingMaster.configure(new SparkConf()
                .setMaster("local[2]")
                .setAppName("bench")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
        try (var spark = new JavaSparkContext(conf)) {
            var report = new RoundBenchmark(
                            settings(Metric.NONE),
                            EngineRequests.of(engine),
                            2,
                            2,
                            2,
                            new Averaging(0, new OuterOptimizer(0.7, 0.9), true, true),
                            folder.toUri().toString())
                    .run(spark);
            long parameters = (long) report.get("parameters");
            assertThat(report)
                    .containsEntry("engine", engine.text())
                    .containsEntry("state_bytes", 3 * 4 * parameters)
                    // One JVM: there is nothing to be moved between several.
                    .containsEntry("bytes_moved", 0L);
            for (var name : List.of(
                    "round_seconds",
                    "steps_seconds",
                    "all_but_steps_seconds",
                    "checkpoint_seconds",
                    "average_seconds")) {
                assertThat((double) report.get(name)).as(name).isPositive();
            }
            assertThat((double) report.get("share_of_round")).isBetween(0.0, 1.0);
        }
        assertThat(folder.resolve("checkpoints/000000001/state.json")).exists();
    }

    @Test
    void movesEveryByte() throws Exception {
        assertThat(LoopbackFloor.seconds(3_000_001, 2)).isPositive();
    }

    @Test
    void refusesWhatItCannotMeasure() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RoundBenchmark(
                        settings(Metric.NONE), EngineRequests.ND4J, 0, 1, 1, Averaging.PLAIN, "file:///tmp/x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RoundBenchmark(
                        settings(Metric.LPIPS), EngineRequests.ND4J, 1, 1, 1, Averaging.PLAIN, "file:///tmp/x"))
                .withMessageContaining("LPIPS");
    }

    private static StepSettings settings(Metric metric) {
        return new StepSettings(8, 32, 1, 1, List.of(1), List.of(), 2, 1, 1, metric);
    }
}
