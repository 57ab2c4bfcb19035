package org.casdm.metric.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.function.MetricFunction.Settings;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The distance of a classifier's features. */
class ClassifierMetricTest {

    private static final ClassifierLayout LAYOUT = new ClassifierLayout(8, 3, 8);

    private static ClassifierMetric metric(DataType type) {
        return new ClassifierMetric(
                LAYOUT, Networks.normal(1, type, LAYOUT.length()).muli(0.1));
    }

    private static INDArray images(long seed) {
        return Networks.normal(seed, DataType.DOUBLE, 2, 8, 8, 3).muli(0.5);
    }

    private static double sum(ClassifierMetric metric, INDArray first, INDArray second) {
        var distances = new double[2];
        metric.compare(first, second, distances);
        return distances[0] + distances[1];
    }

    /** By finite differences in double. */
    @Test
    void gradientIsThatOfTheDistances() {
        var first = images(2);
        var second = images(3);
        try (var metric = metric(DataType.DOUBLE)) {
            var gradient = metric.compare(first, second, new double[2]);
            for (int seed = 10; seed < 13; seed++) {
                var direction = Networks.normal(seed, DataType.DOUBLE, first.shape());
                double step = 1e-6;
                double numeric = (sum(metric, first.add(direction.mul(step)), second)
                                - sum(metric, first.sub(direction.mul(step)), second))
                        / (2 * step);
                assertThat(gradient.mul(direction).sumNumber().doubleValue())
                        .isCloseTo(numeric, within(1e-4 * Math.abs(numeric) + 1e-8));
            }
        }
    }

    @Test
    void distanceIsZeroOfEqualImagesAlone() {
        var first = images(2).castTo(DataType.FLOAT).data().asFloat();
        var second = images(3).castTo(DataType.FLOAT).data().asFloat();
        try (var metric = metric(DataType.FLOAT)) {
            assertThat(metric.compare(first, first, 2, 8).distances()).containsExactly(0, 0);
            var comparison = metric.compare(first, second, 2, 8);
            assertThat(comparison.distances()[0]).isPositive();
            assertThat(comparison.distances()[1]).isPositive();
            assertThat(comparison.gradient()).hasSize(first.length);
            // A distance does not depend on what is compared beside it.
            var one = Arrays.copyOf(first, first.length / 2);
            var other = Arrays.copyOf(second, second.length / 2);
            assertThat(metric.compare(one, other, 1, 8).distances()[0])
                    .isCloseTo(comparison.distances()[0], within(1e-6));
        }
    }

    @Test
    void whatDoesNotFit_isRejected() {
        var hadoop = new Configuration();
        var maker = new ClassifierMetric.Maker();
        assertThatThrownBy(() -> maker.create(new Settings(Optional.empty(), 8, 3, hadoop)))
                .hasMessageContaining("metric.file");
        assertThatThrownBy(() -> maker.create(new Settings(Optional.empty(), 8, 1, hadoop)))
                .hasMessageContaining("data.channels");
    }
}
