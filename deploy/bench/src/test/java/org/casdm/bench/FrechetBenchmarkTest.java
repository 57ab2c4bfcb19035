package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class FrechetBenchmarkTest {

    @Test
    void measuresTheDistanceOfEqualDistributions() {
        var few = new FrechetBenchmark(8, 50).run();
        var many = new FrechetBenchmark(8, 5000).run();
        assertThat((double) few.get("distance_seconds")).isNotNegative();
        // Both sets have one distribution: the more features, the nearer they come.
        assertThat((double) many.get("distance")).isPositive().isLessThan((double) few.get("distance") / 10);
    }

    @Test
    void refusesSetsWithoutACovariance() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FrechetBenchmark(8, 1));
    }
}
