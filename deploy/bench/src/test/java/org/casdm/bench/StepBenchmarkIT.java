package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.casdm.bench.StepSettings.Metric;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;

class StepBenchmarkIT {

    @Test
    void accountsForTheWholeStep() throws IOException {
        var report = new StepBenchmark(settings(), EngineRequests.computer(EngineChoice.ND4J)).run();
        assertThat((double) report.get("seconds_per_step")).isPositive();
        assertThat((double) report.get("matrix_product_gflops")).isPositive();
        assertThat((long) report.get("parameters")).isPositive();
        var layers = layers(report);
        assertThat(layers)
                .containsOnlyKeys("convolution", "normalisation", "attention", "linear", "metric", "rest", "optimizer");
        assertThat(layers.values())
                .allSatisfy(
                        layer -> assertThat((double) layer.get("milliseconds")).isGreaterThanOrEqualTo(0));
        assertThat((double) layers.get("convolution").get("milliseconds")).isPositive();
        assertThat((double) layers.get("optimizer").get("milliseconds")).isPositive();
        assertThat(layers.get("metric")).containsEntry("milliseconds", 0.0);
    }

    @Test
    void countsTheArithmeticOfConvolutions() throws IOException {
        // One level of width 32 on 4 pictures of 8 × 8, one block: a block has two convolutions of its input (32, or
        // 64 where a skip connection joins) and of 32 channels; three blocks descend or are in the middle, two ascend.
        double positions = 4 * 8 * 8;
        double blocks = 3 * (32 * 32 + 32 * 32) + 2 * (64 * 32 + 32 * 32);
        double ends = (3 * 32 + 32 * 3) + (3 * 32 + 32 * 4);
        // Two networks, three passes over each kernel position, an addition and a multiplication each.
        double expected = 3 * 2 * 9 * positions * (2 * blocks + ends) / 1e9;
        var report = new StepBenchmark(settings(), EngineRequests.computer(EngineChoice.ND4J)).run();
        assertThat((double) layers(report).get("convolution").get("gflop")).isEqualTo(Rounding.digits(expected, 3));
    }

    @Test
    void measuresTheMetricFunction() throws IOException {
        var report = new StepBenchmark(
                        new StepSettings(32, 32, 1, 1, List.of(1), List.of(), 1, 1, 1, Metric.LPIPS),
                        EngineRequests.computer(EngineChoice.ND4J))
                .run();
        assertThat((double) layers(report).get("metric").get("milliseconds")).isPositive();
    }

    @Test
    void refusesNothingToMeasure() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StepSettings(8, 32, 1, 1, List.of(1), List.of(), 0, 1, 1, Metric.NONE));
    }

    private static StepSettings settings() {
        return new StepSettings(8, 32, 1, 1, List.of(1), List.of(), 4, 1, 1, Metric.NONE);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> layers(Map<String, Object> report) {
        return (Map<String, Map<String, Object>>) report.get("layers");
    }
}
