package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Inception Score, kernel distance, precision and recall where the answer is known otherwise. */
class SetComparisonTest {

    @Test
    void scoreOfSureAndEvenlySpreadPredictionsIsTheNumberOfClasses() {
        var score = new InceptionScore(100, 10);
        var logits = new float[10];
        for (int i = 0; i < 100; i++) {
            Arrays.fill(logits, 0);
            logits[i % 10] = 2000;
            score.add(i, logits, 0);
        }
        assertThat(score.result("x").mean()).isCloseTo(10, within(1e-12));
        var unsure = new InceptionScore(100, 10);
        unsure.add(0, new float[10], 0);
        assertThat(unsure.result("x").mean()).isCloseTo(1, within(1e-12));
    }

    @Test
    void splitsFollowThePlacesWhateverTheOrderOfArrival() {
        var forward = new InceptionScore(30, 4);
        var backward = new InceptionScore(30, 4);
        var later = new InceptionScore(30, 4);
        for (int i = 0; i < 100; i++) {
            forward.add(i, logits(i), 0);
            (i < 45 ? later : backward).add(99 - i, logits(99 - i), 0);
        }
        backward.merge(later);
        assertThat(forward.result("x").splits()).isEqualTo(4);
        assertThat(backward.result("x").mean()).isCloseTo(forward.result("x").mean(), within(1e-12));
        assertThat(backward.result("x").deviation())
                .isCloseTo(forward.result("x").deviation(), within(1e-12));
        assertThat(forward.result("x").deviation()).isGreaterThan(0);
    }

    @Test
    void scoreOfNoImagesAndOfDamagedFeatures_isRefused() {
        var score = new InceptionScore(10, 2);
        assertThatThrownBy(() -> score.result("empty set"))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("empty set");
        score.add(0, new float[] {Float.NaN, 1}, 0);
        assertThatThrownBy(() -> score.result("set 2"))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("1 of 1 feature vectors of set 2", "not finite");
    }

    @Test
    void kernelDistanceByItsDefinition() {
        // Kernel (xy + 1)³ of x = {0, 1, 3}, y = {1, 2}.
        double withinX = 2 * (1 + 1 + 64) / 6.0;
        double withinY = 2 * 27 / 2.0;
        double across = (1 + 1 + 8 + 27 + 64 + 343) / 6.0;
        assertThat(KernelDistance.between(matrix(1, 0, 1, 3), matrix(1, 1, 2)))
                .isCloseTo(withinX + withinY - 2 * across, within(1e-9));
    }

    @Test
    void kernelDistanceOverSubsetsIsTheSameNumberWithNoise() {
        var first = random(1500, 8, 1, 0);
        var second = random(1300, 8, 2, 0.5);
        double all = KernelDistance.between(first, second);
        var subsets = KernelDistance.overSubsets(first, second, 50, 400, 9);
        assertThat(subsets.mean()).isCloseTo(all, within(5 * subsets.deviation() / Math.sqrt(50)));
        assertThat(KernelDistance.overSubsets(first, second, 50, 400, 9)).isEqualTo(subsets);
        assertThat(KernelDistance.overSubsets(first, second, 50, 400, 10)).isNotEqualTo(subsets);
    }

    @Test
    void manifoldsOfKnownPoints() {
        // k = 1: balls around 0, 1 and 10 reach 1, 1 and 9; around 2, 2.5 and 30 they reach 0.5, 0.5 and 27.5.
        var result = PrecisionRecall.between(matrix(1, 0, 1, 10), matrix(1, 2, 2.5f, 30), 1);
        assertThat(result.precision()).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(result.recall()).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void manifoldsOverManyBlocks() {
        var set = random(2300, 3, 5, 0);
        assertThat(PrecisionRecall.between(set, set, 3)).isEqualTo(new PrecisionRecall(1, 1));
        var far = random(1100, 3, 6, 1000);
        assertThat(PrecisionRecall.between(set, far, 3)).isEqualTo(new PrecisionRecall(0, 0));
    }

    @Test
    void setsThatAreTooSmallAreNamed() {
        assertThatThrownBy(() -> PrecisionRecall.between(matrix(1, 1, 2, 3), random(5, 1, 1, 0), 3))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("points", "3");
        assertThatThrownBy(() -> KernelDistance.between(matrix(1, 1), random(5, 1, 1, 0)))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("points", "2");
        assertThatThrownBy(() -> matrix(2, 1, 2, Float.NaN, 4))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("1 of 2", "points");
    }

    private static float[] logits(int place) {
        return new float[] {place % 3, place % 5, place % 7, 2};
    }

    private static FeatureMatrix matrix(int dimensions, float... values) {
        return new FeatureMatrix("points", values, values.length / dimensions, dimensions);
    }

    private static FeatureMatrix random(int rows, int dimensions, long seed, double offset) {
        var wide = FeatureMomentsTest.random(rows, dimensions, seed);
        var values = new float[wide.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (wide[i] + offset);
        }
        return new FeatureMatrix("random", values, rows, dimensions);
    }
}
