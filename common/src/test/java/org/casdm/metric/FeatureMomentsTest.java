package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.SplittableRandom;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;

class FeatureMomentsTest {

    private static final int DIMENSIONS = 6;

    /**
     * The rows repeat, so their mean and covariance are known exactly. At this distance from the origin, sums of
     * squares in double have no digit left of the covariance.
     */
    @Test
    void tenMillionRowsFarFromTheOriginKeepTheirCovariance() {
        int period = 1000;
        int repetitions = 10_000;
        double offset = 1e8;
        var pattern = random(period, DIMENSIONS, 1);
        var far = Arrays.stream(pattern).map(value -> value + offset).toArray();
        var moments = new FeatureMoments(DIMENSIONS);
        for (int i = 0; i < repetitions; i++) {
            moments.add(far, period);
        }
        assertThat(moments.count()).isEqualTo(10_000_000);

        // What remains of the pattern when the offset has taken its digits, taken off again without loss.
        var near = new FeatureMoments(DIMENSIONS);
        near.add(Arrays.stream(far).map(value -> value - offset).toArray(), period);
        var expected = near.statistics("one period");
        long n = moments.count();
        double correction = (period - 1.0) * repetitions / (n - 1.0);
        var covariance = Arrays.stream(expected.covariance())
                .map(value -> value * correction)
                .toArray();
        var statistics = moments.statistics("all");
        assertThat(Golden.relativeError(statistics.covariance(), covariance)).isLessThan(1e-9);
        var mean = Arrays.stream(expected.mean()).map(value -> value + offset).toArray();
        assertThat(Golden.relativeError(statistics.mean(), mean)).isLessThan(1e-14);

        // The plain way, for comparison: it shows that the numbers are hard.
        double naive = (repetitions
                                * Arrays.stream(column(far, 0))
                                        .map(value -> value * value)
                                        .sum()
                        - n * mean[0] * mean[0])
                / (n - 1);
        assertThat(Math.abs(naive / covariance[0] - 1)).isGreaterThan(1e-2);
    }

    @Test
    void theOrderOfMergingChangesTheLastBitsOnly() {
        var parts = new ArrayList<FeatureMoments>();
        var random = new SplittableRandom(3);
        for (int i = 0; i < 40; i++) {
            parts.add(part(1 + random.nextInt(700), 100 + i, 50 * i));
        }
        var inOrder = merged(parts);
        for (int trial = 0; trial < 5; trial++) {
            Collections.shuffle(parts, new Random(trial));
            var other = merged(parts);
            assertThat(other.count()).isEqualTo(inOrder.count());
            assertThat(Golden.relativeError(
                            other.statistics("x").covariance(),
                            inOrder.statistics("x").covariance()))
                    .isLessThan(1e-12);
            assertThat(Golden.relativeError(other.mean(), inOrder.mean())).isLessThan(1e-12);
        }
    }

    @Test
    void partsGiveWhatTheWholeGives() {
        int rows = 1100;
        var features = random(rows, DIMENSIONS, 5);
        var whole = new FeatureMoments(DIMENSIONS);
        whole.add(features, rows);
        var parts = new FeatureMoments(DIMENSIONS);
        for (int row = 0; row < rows; row += 100) {
            parts.merge(ofRows(features, row, row + 100));
        }
        assertThat(Golden.relativeError(
                        parts.statistics("x").covariance(),
                        whole.statistics("x").covariance()))
                .isLessThan(1e-13);
    }

    @Test
    void serializedOnesAreTheSame() throws Exception {
        var moments = part(33, 8, 2);
        var copy = copy(moments);
        assertThat(copy.statistics("x").covariance())
                .isEqualTo(moments.statistics("x").covariance());
        assertThat(copy.mean()).isEqualTo(moments.mean());
        copy.add(random(3, DIMENSIONS, 4), 3);
        assertThat(copy.count()).isEqualTo(36);
    }

    @Test
    void rowsThatAreNotFiniteAreCountedAndNamed() {
        var features = new float[4 * DIMENSIONS];
        features[DIMENSIONS + 2] = Float.NaN;
        features[3 * DIMENSIONS] = Float.POSITIVE_INFINITY;
        var moments = new FeatureMoments(DIMENSIONS);
        moments.add(features, 4);
        moments.merge(part(10, 1, 0));
        assertThat(moments.count()).isEqualTo(12);
        assertThat(moments.invalid()).isEqualTo(2);
        assertThatThrownBy(() -> moments.statistics("the samples s3a://b/x"))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("2 of 14 feature vectors of the samples s3a://b/x", "not finite");
    }

    @Test
    void oneImageHasNoCovariance() {
        assertThatThrownBy(() -> part(1, 1, 0).statistics("folder"))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("at least two images", "folder");
        assertThatThrownBy(() -> new FeatureMoments(DIMENSIONS).statistics("folder"))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("are none in folder");
    }

    /** The squares of such numbers are beyond float32, and far within double. */
    @Test
    void theLargestFloatsDoNotOverflow() {
        var values = new float[20 * DIMENSIONS];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((i * 7 + i / DIMENSIONS) % 3 - 1) * Float.MAX_VALUE;
        }
        var moments = new FeatureMoments(DIMENSIONS);
        moments.add(values, 20);
        var statistics = moments.statistics("large");
        assertThat(statistics.covariance()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
        assertThat(FrechetDistance.between(statistics, statistics) / statistics.covariance()[0])
                .isLessThan(1e-9);
        var origin = new FeatureMoments(DIMENSIONS);
        origin.add(new float[20 * DIMENSIONS], 20);
        assertThat(FrechetDistance.between(statistics, origin.statistics("origin")))
                .isPositive()
                .isFinite();
    }

    /** What overflows a double is said, not passed on. */
    @Test
    void overflow_isReported() {
        var moments = new FeatureMoments(DIMENSIONS);
        var values = new double[2 * DIMENSIONS];
        Arrays.fill(values, 0, DIMENSIONS, 1e200);
        moments.add(values, 2);
        assertThatThrownBy(() -> moments.statistics("the samples s3a://b/x"))
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("the samples s3a://b/x", "too large");
    }

    private static FeatureMoments merged(Iterable<FeatureMoments> parts) {
        var all = new FeatureMoments(DIMENSIONS);
        parts.forEach(all::merge);
        return all;
    }

    private static FeatureMoments part(int rows, long seed, double offset) {
        var moments = new FeatureMoments(DIMENSIONS);
        moments.add(
                Arrays.stream(random(rows, DIMENSIONS, seed))
                        .map(value -> value + offset)
                        .toArray(),
                rows);
        return moments;
    }

    private static FeatureMoments ofRows(double[] features, int first, int end) {
        var moments = new FeatureMoments(DIMENSIONS);
        moments.add(Arrays.copyOfRange(features, first * DIMENSIONS, end * DIMENSIONS), end - first);
        return moments;
    }

    private static double[] column(double[] rows, int column) {
        var values = new double[rows.length / DIMENSIONS];
        Arrays.setAll(values, i -> rows[i * DIMENSIONS + column]);
        return values;
    }

    /** Correlated and skewed. */
    static double[] random(int rows, int dimensions, long seed) {
        var random = new Random(seed);
        var values = new double[rows * dimensions];
        for (int row = 0; row < rows; row++) {
            double common = random.nextGaussian();
            for (int i = 0; i < dimensions; i++) {
                values[row * dimensions + i] = Math.max(-0.5, random.nextGaussian()) + 0.3 * i * common;
            }
        }
        return values;
    }

    static FeatureMoments copy(FeatureMoments moments) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(moments);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (FeatureMoments) in.readObject();
        }
    }
}
