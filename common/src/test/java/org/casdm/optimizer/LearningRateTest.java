package org.casdm.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.ConfigLoader;
import org.casdm.optimizer.LearningRate.Constant;
import org.casdm.optimizer.LearningRate.Cosine;
import org.casdm.optimizer.LearningRate.InverseSquareRoot;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    private static double[] rates(LearningRate rate, long... steps) {
        return LongStream.of(steps).mapToDouble(rate::at).toArray();
    }

    @Test
    void warmupGrowsEvenlyToTheConstantRate() {
        assertThat(rates(new LearningRate(0.8, 4, new Constant()), 0, 1, 2, 3, 4, 1_000_000))
                .containsExactly(new double[] {0.2, 0.4, 0.6, 0.8, 0.8, 0.8}, within(1e-15));
    }

    /** diffusers: max(0, 0.5 (1 + cos(π (step - warmup) / (total - warmup)))), here of 10 steps after 2. */
    @Test
    void cosineFallsToZeroAfterWarmup() {
        var rate = new LearningRate(2, 2, new Cosine(8));
        assertThat(rates(rate, 0, 1, 2, 4, 6, 8, 10, 11))
                .containsExactly(
                        new double[] {1, 2, 2, 1 + Math.sqrt(0.5), 1, 1 - Math.sqrt(0.5), 0, 0}, within(1e-15));
    }

    /** EDM2: rate / √max(images / (batches · batch), 1) times the warm-up. */
    @Test
    void inverseSquareRootFallsFromTheReferenceStepOn() {
        var rate = new LearningRate(0.01, 10, new InverseSquareRoot(100));
        assertThat(rates(rate, 4, 50, 100, 400, 10_000))
                .containsExactly(new double[] {0.005, 0.01, 0.01, 0.005, 0.001}, within(1e-15));
    }

    /** A warm-up that is longer than the reference multiplies the falling rate. */
    @Test
    void warmupMultipliesAFallingRate() {
        var rate = new LearningRate(1, 1000, new InverseSquareRoot(100));
        assertThat(rate.at(399)).isCloseTo(0.4 / Math.sqrt(3.99), within(1e-15));
    }

    @Test
    void configurationChoosesTheSchedule() {
        var cosine = ConfiguredModel.optimizer(ConfigLoader.load(
                Optional.empty(),
                List.of("train.optimizer.schedule=cosine", "train.optimizer.warmup-steps=100", "train.steps=1100")));
        assertThat(cosine.getLearningRate(600, 0)).isCloseTo(0.5e-4, within(1e-18));
        assertThat(cosine.getLearningRate(1100, 0)).isZero();
    }

    @Test
    void settingsOutOfRange_areRejected() {
        assertThatThrownBy(() -> new LearningRate(0, 0, new Constant())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LearningRate(1, -1, new Constant())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Cosine(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new InverseSquareRoot(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
