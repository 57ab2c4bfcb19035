package org.casdm.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.casdm.diffusion.ReverseProcess.Variance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReverseProcessTest {

    private final RespacedSchedule respaced = Respacing.parse("20").apply(NoiseSchedule.linear(1000));
    private final NoiseSchedule schedule = respaced.schedule();

    @Test
    void ddpmDrawsAroundThePosteriorMean() {
        var small = ReverseProcess.ddpm(respaced, Variance.FIXED_SMALL);
        var large = ReverseProcess.ddpm(respaced, Variance.FIXED_LARGE);
        assertThat(small.steps()).isEqualTo(20);
        for (var i = 1; i < 20; i++) {
            assertThat(small.step(i).timestep()).isEqualTo(respaced.originalTimestep(i));
            assertThat(small.step(i).estimateWeight()).isEqualTo(schedule.posteriorMeanCoef1(i));
            assertThat(small.step(i).currentWeight()).isEqualTo(schedule.posteriorMeanCoef2(i));
            var noise = Math.exp(0.5 * schedule.posteriorLogVarianceClipped(i));
            assertThat(small.step(i).noiseScale()).isCloseTo(noise, within(1e-12 * noise));
            assertThat(large.step(i).noiseScale()).isEqualTo(Math.sqrt(schedule.beta(i)));
            assertThat(large.step(i).estimateWeight()).isEqualTo(small.step(i).estimateWeight());
        }
    }

    /** If the estimate of x_0 is exact and nothing is random, DDIM stays on the path of its epsilon. */
    @Test
    void deterministicDdimFollowsTheForwardProcess() {
        var process = ReverseProcess.ddim(respaced, 0);
        var x0 = 0.3;
        var epsilon = -1.7;
        for (var i = 0; i < 20; i++) {
            var step = process.step(i);
            var current = schedule.sqrtAlphaBar(i) * x0 + schedule.sqrtOneMinusAlphaBar(i) * epsilon;
            var previous = schedule.alphaBarPrevious(i);
            assertThat(step.estimateWeight() * x0 + step.currentWeight() * current)
                    .isCloseTo(Math.sqrt(previous) * x0 + Math.sqrt(1 - previous) * epsilon, within(1e-12));
            assertThat(step.noiseScale()).isZero();
        }
    }

    /** Whatever eta is, x_{t-1} has to have the variance 1 - alphaBar_{t-1} around sqrt(alphaBar_{t-1}) x_0. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1})
    void ddimKeepsTheMarginals(double eta) {
        var process = ReverseProcess.ddim(respaced, eta);
        for (var i = 1; i < 20; i++) {
            var step = process.step(i);
            var fromEpsilon = step.currentWeight() * schedule.sqrtOneMinusAlphaBar(i);
            assertThat(fromEpsilon * fromEpsilon + step.noiseScale() * step.noiseScale())
                    .isCloseTo(1 - schedule.alphaBarPrevious(i), within(1e-12));
            assertThat(step.estimateWeight() + step.currentWeight() * schedule.sqrtAlphaBar(i))
                    .isCloseTo(Math.sqrt(schedule.alphaBarPrevious(i)), within(1e-12));
            // Equation 16 of the paper, as written there.
            var sigma = eta
                    * Math.sqrt((1 - schedule.alphaBarPrevious(i)) / (1 - schedule.alphaBar(i)))
                    * Math.sqrt(1 - schedule.alphaBar(i) / schedule.alphaBarPrevious(i));
            assertThat(step.noiseScale()).isCloseTo(sigma, within(1e-12));
        }
    }

    @Test
    void ddimWithEtaOneIsDdpmWithSmallVariance() {
        var ddim = ReverseProcess.ddim(respaced, 1);
        var ddpm = ReverseProcess.ddpm(respaced, Variance.FIXED_SMALL);
        for (var i = 0; i < 20; i++) {
            assertThat(ddim.step(i).estimateWeight()).isCloseTo(ddpm.step(i).estimateWeight(), within(1e-11));
            assertThat(ddim.step(i).currentWeight()).isCloseTo(ddpm.step(i).currentWeight(), within(1e-11));
            assertThat(ddim.step(i).noiseScale()).isCloseTo(ddpm.step(i).noiseScale(), within(1e-12));
        }
    }

    @Test
    void lastStepReturnsTheEstimate() {
        for (var process : new ReverseProcess[] {
            ReverseProcess.ddpm(respaced, Variance.FIXED_SMALL), ReverseProcess.ddpm(respaced, Variance.FIXED_LARGE),
            ReverseProcess.ddim(respaced, 0), ReverseProcess.ddim(respaced, 1)
        }) {
            assertThat(process.step(0).timestep()).isZero();
            assertThat(process.step(0).estimateWeight()).isCloseTo(1, within(1e-12));
            assertThat(process.step(0).currentWeight()).isZero();
            assertThat(process.step(0).noiseScale()).isZero();
        }
    }

    @Test
    void refusesEtaOutsideItsRange() {
        assertThatThrownBy(() -> ReverseProcess.ddim(respaced, 1.1)).hasMessageContaining("1.1");
        assertThatThrownBy(() -> ReverseProcess.ddim(respaced, Double.NaN)).hasMessageContaining("eta");
    }
}
