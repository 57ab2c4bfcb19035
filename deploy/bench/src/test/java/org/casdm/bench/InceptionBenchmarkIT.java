package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;

class InceptionBenchmarkIT {

    @Test
    void measures() throws IOException {
        var report = new InceptionBenchmark(1, 2, 1, EngineRequests.computer(EngineChoice.ND4J)).run();
        assertThat(report).containsEntry("batch", 1).containsEntry("batches", 2);
        assertThat((double) report.get("images_per_second")).isPositive();
        // The network takes 11 billion operations an image, no core does a million million a second.
        assertThat((double) report.get("processor_seconds_per_image")).isPositive();
    }

    @Test
    void refusesNothingToMeasure() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InceptionBenchmark(0, 1, 1, EngineRequests.computer(EngineChoice.ND4J)));
    }
}
