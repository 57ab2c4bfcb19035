package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {

    @Test
    void ofCommutingCovariancesItIsInClosedForm() {
        var first = diagonal("a", new double[] {1, 2, 3}, 4, 9, 0);
        var second = diagonal("b", new double[] {0, 2, 5}, 1, 16, 0);
        // (√4 - √1)² + (√9 - √16)² + 0, and the means' 1 + 0 + 4.
        assertThat(FrechetDistance.between(first, second)).isCloseTo(7, within(1e-12));
    }

    /** On subspaces that meet in nothing the product of the covariances is 0. */
    @Test
    void singularCovariancesWithoutACommonDirection() {
        var first = diagonal("a", new double[3], 4, 0, 0);
        var second = diagonal("b", new double[3], 0, 9, 1);
        assertThat(FrechetDistance.between(first, second)).isCloseTo(14, within(1e-12));
        assertThat(FrechetDistance.between(diagonal("zero", new double[3], 0, 0, 0), second))
                .isCloseTo(10, within(1e-12));
    }

    @Test
    void fewerSamplesThanDimensionsAgainstAScaledSet() {
        // Of x and 3x the distance is ‖2μ‖² + 4 tr Σ, whatever the rank.
        int rows = 12;
        int dimensions = 100;
        var x = FeatureMomentsTest.random(rows, dimensions, 7);
        var first = statistics(x, rows, dimensions);
        var second = statistics(Arrays.stream(x).map(value -> 3 * value).toArray(), rows, dimensions);
        double expected = 0;
        for (int i = 0; i < dimensions; i++) {
            expected += 4 * first.mean()[i] * first.mean()[i] + 4 * first.covariance()[i * dimensions + i];
        }
        assertThat(FrechetDistance.between(first, second)).isCloseTo(expected, within(1e-10 * expected));
    }

    @Test
    void identicalSetsWithFewerSamplesThanDimensions() {
        var set = statistics(FeatureMomentsTest.random(100, 300, 3), 100, 300);
        assertThat(FrechetDistance.between(set, set)).isLessThan(1e-12 * trace(set));
    }

    @Test
    void invalidCovariance_isNamed() {
        var good = diagonal("good", new double[2], 1, 1);
        assertThatThrownBy(() -> FrechetDistance.between(good, diagonal("s3a://b/ref.npz", new double[2], 1, -0.5)))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("s3a://b/ref.npz", "-0.5");
        assertThatThrownBy(() -> FrechetDistance.between(diagonal("bad", new double[2], Double.NaN, 1), good))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("bad", "not finite");
        assertThatThrownBy(() -> FrechetDistance.between(good, diagonal("c", new double[3], 1, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("2", "3");
    }

    private static double trace(GaussianStatistics statistics) {
        int n = statistics.dimensions();
        return DoubleStream.iterate(0, i -> i < n, i -> i + 1)
                .map(i -> statistics.covariance()[(int) i * (n + 1)])
                .sum();
    }

    private static GaussianStatistics statistics(double[] rows, int count, int dimensions) {
        var moments = new FeatureMoments(dimensions);
        moments.add(rows, count);
        return moments.statistics("random");
    }

    private static GaussianStatistics diagonal(String name, double[] mean, double... variances) {
        int n = mean.length;
        var covariance = new double[n * n];
        for (int i = 0; i < n; i++) {
            covariance[i * n + i] = variances[i];
        }
        return new GaussianStatistics(name, mean, covariance);
    }
}
