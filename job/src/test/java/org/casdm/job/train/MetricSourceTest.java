package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.ConfigException;
import org.casdm.config.ConfigLoader;
import org.casdm.metric.function.MetricFunction;
import org.junit.jupiter.api.Test;

/** Metric functions by what the configuration calls them. */
class MetricSourceTest {

    /** A third function, whole: the mean square. */
    public static final class MeanSquare implements MetricFunction.Factory {

        @Override
        public MetricFunction create(MetricFunction.Settings settings) {
            return new MetricFunction() {
                @Override
                public Comparison compare(float[] first, float[] second, int images, int size) {
                    int length = first.length / images;
                    var distances = new double[images];
                    var gradient = new float[first.length];
                    for (int i = 0; i < first.length; i++) {
                        float difference = first[i] - second[i];
                        distances[i / length] += difference * difference / length;
                        gradient[i] = 2 * difference / length;
                    }
                    return new Comparison(distances, gradient);
                }

                @Override
                public void close() {}
            };
        }
    }

    private static Optional<MetricFunction> create(String... settings) throws IOException {
        return MetricSource.create(ConfigLoader.load(Optional.empty(), List.of(settings)), new Configuration());
    }

    @Test
    void classOfOnesOwn_isFoundByName() throws IOException {
        try (var function = create("loss.metric=0.5", "metric.kind=" + MeanSquare.class.getName())
                .orElseThrow()) {
            assertThat(function.compare(new float[] {1, 2, 3}, new float[] {1, 2, 0}, 1, 1)
                            .distances())
                    .containsExactly(3);
        }
        assertThat(create("metric.kind=no.such.Class")).isEmpty();
    }

    @Test
    void whatIsNoFunction_isRejected() {
        assertThatThrownBy(() -> create("loss.metric=1"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("metric.file");
        assertThatThrownBy(() -> create("loss.metric=1", "metric.kind=no.such.Class"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("metric.kind = no.such.Class");
        assertThatThrownBy(() -> create("loss.metric=1", "metric.kind=java.lang.String"))
                .hasMessageContaining("MetricFunction$Factory");
    }
}
