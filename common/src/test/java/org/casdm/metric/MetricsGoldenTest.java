package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against pytorch-fid and torch-fidelity, on given features. */
class MetricsGoldenTest {

    private static final double TOLERANCE = 1e-6;

    private final Golden golden = Golden.load("metrics");

    @ParameterizedTest
    @CsvSource({"a", "b"})
    void momentsAreThoseOfNumPy(String set) {
        var statistics = statistics(set);
        assertThat(Golden.relativeError(statistics.mean(), golden.doubles(set + ".mu")))
                .isLessThan(1e-12);
        assertThat(Golden.relativeError(statistics.covariance(), golden.doubles(set + ".sigma")))
                .isLessThan(1e-12);
    }

    @ParameterizedTest
    @CsvSource({"a, b", "a, c"})
    void frechetDistanceIsThatOfScipysRoot(String first, String second) {
        double expected = golden.scalar("frechet." + first + second);
        assertThat(FrechetDistance.between(statistics(first), statistics(second)))
                .isCloseTo(expected, within(TOLERANCE * expected));
        assertThat(FrechetDistance.between(statistics(second), statistics(first)))
                .isCloseTo(expected, within(TOLERANCE * expected));
    }

    @Test
    void identicalSetsHaveNoDistance() {
        assertThat(FrechetDistance.between(statistics("a"), statistics("a"))).isBetween(0.0, 1e-10);
        assertThat(FrechetDistance.between(statistics("c"), statistics("c"))).isBetween(0.0, 1e-10);
    }

    @Test
    void kernelDistance() {
        double expected = golden.scalar("kid.ab");
        assertThat(KernelDistance.between(matrix("a"), matrix("b"))).isCloseTo(expected, within(TOLERANCE * expected));
    }

    @ParameterizedTest
    @CsvSource({"250, 4", "1000, 1"})
    void inceptionScore(int splitSize, int splits) {
        int classes = (int) golden.shape("logits")[1];
        var logits = golden.floats("logits");
        var score = new InceptionScore(splitSize, classes);
        for (int i = 0; i < 1000; i++) {
            score.add(i, logits, i * classes);
        }
        var result = score.result("golden");
        double expected = golden.scalar("is.split" + splitSize);
        assertThat(result.mean()).isCloseTo(expected, within(TOLERANCE * expected));
        assertThat(result.splits()).isEqualTo(splits);
        assertThat(result.images()).isEqualTo(1000);
    }

    @Test
    void precisionAndRecall() {
        var result = PrecisionRecall.between(matrix("a"), matrix("b"), PrecisionRecall.NEIGHBOURS);
        assertThat(result.precision()).isEqualTo(golden.scalar("precision.ab"));
        assertThat(result.recall()).isCloseTo(golden.scalar("recall.ab"), within(1e-12));
    }

    private GaussianStatistics statistics(String set) {
        var shape = golden.shape(set);
        var moments = new FeatureMoments((int) shape[1]);
        moments.add(golden.doubles(set), (int) shape[0]);
        return moments.statistics(set);
    }

    private FeatureMatrix matrix(String set) {
        var shape = golden.shape(set);
        return new FeatureMatrix(set, golden.floats(set), (int) shape[0], (int) shape[1]);
    }
}
