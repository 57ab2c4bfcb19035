package org.casdm.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariationalBoundTest {

    private static final NoiseSchedule SCHEDULE = NoiseSchedule.cosine(100);
    private static final VariationalBound BOUND = new VariationalBound(SCHEDULE);

    @ParameterizedTest
    @CsvSource({
        "0, 0.2, 0.19, -0.01",
        "0, -1, -0.99, 0.4",
        "0, 1, 0.98, -0.3",
        "0, 0.2, 0.9, 0.3",
        "1, 0.2, 0.3, 0.1",
        "60, -0.7, 0.2, -1.4",
        "99, 1, -1, 0.9"
    })
    void derivativesAreThoseOfTheTerm(int t, double x0, double estimate, double v) {
        double logVariance = LogVarianceRange.of(SCHEDULE, t).at(v);
        double step = 1e-6;
        var term = BOUND.term(t, x0, 0.37, estimate, logVariance);
        double byEstimate = (BOUND.term(t, x0, 0.37, estimate + step, logVariance)
                                .bits()
                        - BOUND.term(t, x0, 0.37, estimate - step, logVariance).bits())
                / (2 * step);
        double byLogVariance = (BOUND.term(t, x0, 0.37, estimate, logVariance + step)
                                .bits()
                        - BOUND.term(t, x0, 0.37, estimate, logVariance - step).bits())
                / (2 * step);
        assertThat(term.byEstimate()).isCloseTo(byEstimate, within(1e-6 + 1e-5 * Math.abs(byEstimate)));
        assertThat(term.byLogVariance()).isCloseTo(byLogVariance, within(1e-6 + 1e-5 * Math.abs(byLogVariance)));
    }

    @Test
    void aPerfectEstimateWithThePosteriorsVarianceCostsNothing() {
        double logVariance = LogVarianceRange.of(SCHEDULE, 40).at(-1);
        assertThat(BOUND.term(40, 0.5, 0.1, 0.5, logVariance).bits()).isCloseTo(0, within(1e-12));
    }

    @Test
    void theProbabilitiesOfAllLevelsAddUpToOne() {
        double sum = 0;
        for (int level = 0; level < 256; level++) {
            sum += Math.pow(2, -BOUND.term(0, level / 127.5 - 1, 0, 0.13, -3).bits());
        }
        assertThat(sum).isCloseTo(1, within(1e-9));
    }

    @Test
    void thePriorIsTheDivergenceFromTheNormalDistribution() {
        double alphaBar = SCHEDULE.alphaBar(99);
        double nats = 0.5 * ((1 - alphaBar) + alphaBar * 0.49 - 1 - Math.log(1 - alphaBar));
        assertThat(BOUND.prior(0.7)).isCloseTo(nats / Math.log(2), within(1e-15));
    }
}
