package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;

class SampleBenchmarkTest {

    @Test
    void reportsAForwardPassAndAWholeStep() throws IOException {
        var report = new SampleBenchmark(
                        new StepSettings(16, 32, 1, 1, List.of(1), List.of(), 2, 1, 3, StepSettings.Metric.NONE),
                        EngineRequests.computer(EngineChoice.ND4J))
                .run();
        assertThat((double) report.get("forward_ms_per_image")).isPositive();
        assertThat((double) report.get("forward_cpu_ms_per_image")).isPositive();
        assertThat((double) report.get("step_cpu_ms_per_image")).isPositive();
        assertThat((double) report.get("step_ms_per_image")).isPositive();
        assertThat((long) report.get("parameters")).isPositive();
    }
}
