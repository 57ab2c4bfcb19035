package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.Features;
import org.junit.jupiter.api.Test;

class FeatureSummaryTest {

    private static final FeatureInfo INFO =
            new FeatureInfo("test", Optional.empty(), "plain", 20, 10, 5, "random", Optional.empty(), false);
    private static final int BATCH = 50;

    @Test
    void sizeDoesNotDependOnTheNumberOfImages() throws IOException {
        // Both within one split of the Inception Score.
        assertThat(bytes(summary(0, 100))).isEqualTo(bytes(summary(0, 4000)));
    }

    @Test
    void partsMergeToTheWhole() {
        var whole = summary(0, 12_000);
        var merged = summary(0, 7000).merge(summary(7000, 5000));
        assertThat(merged.images()).isEqualTo(12_000);
        assertThat(merged.score().orElseThrow().result("x"))
                .usingRecursiveComparison()
                .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1, Double.class)
                .isEqualTo(whole.score().orElseThrow().result("x"));
        assertThat(FrechetDistance.between(
                        merged.spatial().orElseThrow().statistics("x"),
                        whole.spatial().orElseThrow().statistics("y")))
                .isLessThan(1e-12);
    }

    @Test
    void aSubsampleIsDecidedByItsSeed() {
        var chosen = Subsample.of(10_000, 700, 5);
        assertThat(LongStream.range(0, 10_000).filter(chosen::contains).count()).isEqualTo(700);
        assertThat(chosen.places())
                .isEqualTo(Subsample.of(10_000, 700, 5).places())
                .isNotEqualTo(Subsample.of(10_000, 700, 6).places());
        assertThat(LongStream.range(0, 700).allMatch(Subsample.of(700, 700, 5)::contains))
                .isTrue();
        assertThat(Subsample.NONE.contains(0)).isFalse();
    }

    private static FeatureSummary summary(int first, int images) {
        var summary = new FeatureSummary(new SummaryContent(true, true, true), INFO);
        for (int at = first; at < first + images; at += BATCH) {
            var random = new Random(at);
            summary.add(
                    new Features(BATCH, values(random, 20), values(random, 10), values(random, 5)),
                    LongStream.range(at, at + BATCH).toArray());
        }
        return summary;
    }

    private static float[] values(Random random, int dimensions) {
        var values = new float[BATCH * dimensions];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static int bytes(FeatureSummary summary) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(summary);
        }
        return bytes.size();
    }
}
