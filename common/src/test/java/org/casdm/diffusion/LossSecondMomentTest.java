package org.casdm.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.casdm.random.CounterRandom;
import org.junit.jupiter.api.Test;

class LossSecondMomentTest {

    private static LossSecondMoment filled(double... lossOfTimestep) {
        var moment = new LossSecondMoment(lossOfTimestep.length);
        for (int t = 0; t < lossOfTimestep.length; t++) {
            for (int i = 0; i < LossSecondMoment.HISTORY; i++) {
                moment.add(t, lossOfTimestep[t] * (i % 2 == 0 ? 1 : 0));
            }
        }
        return moment;
    }

    @Test
    void timestepsAreUniformUntilAllHaveLosses() {
        var moment = filled(1, 3, 0, 2);
        var fresh = new LossSecondMoment(4);
        for (int i = 0; i < 9; i++) {
            fresh.add(1, 5);
        }
        assertThat(fresh.distribution().weights(new int[] {0, 1})).isEmpty();
        long key = CounterRandom.key(3);
        for (int i = 0; i < 20; i++) {
            assertThat(fresh.distribution().timestep(key, i)).isEqualTo(CounterRandom.below(key, i, 4));
        }
        assertThat(moment.distribution().weights(new int[] {0})).isPresent();
    }

    /** improved-diffusion: root of the mean square, normalised, a thousandth of it even. */
    @Test
    void probabilitiesFollowTheRootOfTheMeanSquare() {
        var distribution = filled(1, 3, 0, 2).distribution();
        double[] expected = {1.0 / 6, 3.0 / 6, 0, 2.0 / 6};
        for (int t = 0; t < 4; t++) {
            assertThat(distribution.probability(t)).isCloseTo(0.999 * expected[t] + 0.001 / 4, within(1e-12));
        }
        assertThat(distribution.weights(new int[] {2, 1}).orElseThrow())
                .containsExactly((float) (1 / (4 * 0.00025)), (float) (1 / (4 * distribution.probability(1))));
    }

    @Test
    void timestepsAreAsFrequentAsTheirProbability() {
        var distribution = filled(1, 3, 0, 2).distribution();
        var frequency = new double[4];
        long key = CounterRandom.key(9);
        int draws = 100_000;
        for (int i = 0; i < draws; i++) {
            frequency[distribution.timestep(key, i)] += 1.0 / draws;
        }
        for (int t = 0; t < 4; t++) {
            assertThat(frequency[t]).isCloseTo(distribution.probability(t), within(0.006));
        }
    }

    @Test
    void theOldestLossGoesFirst() {
        var moment = new LossSecondMoment(2);
        for (int i = 0; i < 13; i++) {
            moment.add(1, i);
        }
        assertThat(moment.losses()).endsWith(3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertThat(moment.counts()).containsExactly(0, 10);
    }

    @Test
    void aStoredHistoryGoesOnAsTheOriginal() {
        var original = filled(1, 3, 0.5, 2);
        var copy = new LossSecondMoment(4);
        copy.restore(original.losses(), original.counts());
        original.add(2, 8);
        copy.add(2, 8);
        assertThat(copy.losses()).isEqualTo(original.losses());
        assertThat(copy.distribution().probability(2))
                .isEqualTo(original.distribution().probability(2));
        assertThatThrownBy(() -> copy.restore(new float[30], new float[3])).hasMessageContaining("3 timesteps");
        assertThatThrownBy(() -> copy.restore(new float[40], new float[] {0, 0.5f, 1, 11}))
                .hasMessageContaining("timestep 1");
    }
}
