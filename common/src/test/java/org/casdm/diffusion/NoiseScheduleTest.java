package org.casdm.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseScheduleTest {

    @ParameterizedTest
    @CsvSource({"linear,1000", "linear,4000", "cosine,1000", "cosine,4000"})
    void agreesWithReference(String kind, int steps) {
        var schedule = kind.equals("linear") ? NoiseSchedule.linear(steps) : NoiseSchedule.cosine(steps);
        var golden = Golden.load("schedule");
        var prefix = kind + steps + ".";
        assertThat(schedule.steps()).isEqualTo(steps);
        assertAgree(golden.doubles(prefix + "betas"), schedule::beta);
        assertAgree(golden.doubles(prefix + "alphas_cumprod"), schedule::alphaBar);
        assertAgree(golden.doubles(prefix + "posterior_variance"), schedule::posteriorVariance);
        assertAgree(golden.doubles(prefix + "posterior_log_variance_clipped"), schedule::posteriorLogVarianceClipped);
        assertAgree(golden.doubles(prefix + "posterior_mean_coef1"), schedule::posteriorMeanCoef1);
        assertAgree(golden.doubles(prefix + "posterior_mean_coef2"), schedule::posteriorMeanCoef2);
    }

    /** Value by value, which is stricter than the norm of the difference. */
    private static void assertAgree(double[] expected, IntToDoubleFunction ours) {
        for (var t = 0; t < expected.length; t++) {
            assertThat(ours.applyAsDouble(t))
                    .as("timestep %d", t)
                    .isCloseTo(expected[t], within(1e-9 * Math.abs(expected[t])));
        }
    }

    @Test
    void rootsFollowFromAlphaBar() {
        var schedule = NoiseSchedule.ofBetas(new double[] {0.19, 0.2, 0.5});
        assertThat(schedule.alphaBarPrevious(0)).isEqualTo(1);
        assertThat(schedule.alphaBarPrevious(1)).isEqualTo(schedule.alphaBar(0)).isCloseTo(0.81, within(1e-15));
        assertThat(schedule.sqrtAlphaBar(0)).isCloseTo(0.9, within(1e-15));
        assertThat(schedule.sqrtOneMinusAlphaBar(0)).isCloseTo(Math.sqrt(0.19), within(1e-15));
        assertThat(schedule.sqrtRecipAlphaBar(0)).isCloseTo(1 / 0.9, within(1e-15));
        assertThat(schedule.sqrtRecipMinusOneAlphaBar(2)).isCloseTo(Math.sqrt(1 / 0.324 - 1), within(1e-14));
    }

    @Test
    void invalidSchedules_areRefused() {
        assertThatThrownBy(() -> NoiseSchedule.linear(20)).hasMessageContaining("at least 21");
        assertThat(NoiseSchedule.linear(21).beta(20)).isLessThan(1);
        assertThatThrownBy(() -> NoiseSchedule.cosine(1)).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> NoiseSchedule.cosine(-3)).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> NoiseSchedule.ofBetas(new double[] {0.1, 1})).hasMessageContaining("timestep 1");
        assertThatThrownBy(() -> NoiseSchedule.ofBetas(new double[] {Double.NaN, 0.1}))
                .hasMessageContaining("timestep 0");
        assertThatThrownBy(() -> NoiseSchedule.linear(100).beta(100)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> NoiseSchedule.linear(100).alphaBarPrevious(-1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void keepsItsOwnCopy() {
        var betas = new double[] {0.1, 0.2};
        var schedule = NoiseSchedule.ofBetas(betas);
        betas[0] = 0.9;
        assertThat(schedule.beta(0)).isEqualTo(0.1);
    }
}
