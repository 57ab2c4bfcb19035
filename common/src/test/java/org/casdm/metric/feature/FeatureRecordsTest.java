package org.casdm.metric.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeatureRecordsTest {

    private static FeatureInfo info(Optional<String> qualifier, Optional<String> sha256, boolean comparable) {
        return new FeatureInfo("network", qualifier, "variant", 3, 0, 0, "weights", sha256, comparable);
    }

    @Test
    void batchesNeedAllTheirBytes() {
        assertThat(new ImageBatch(new byte[100], 2, 4, 4).imageBytes()).isEqualTo(48);
        assertThatThrownBy(() -> new ImageBatch(new byte[95], 2, 4, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 images of 4x4")
                .hasMessageContaining("96")
                .hasMessageContaining("95");
        assertThatThrownBy(() -> new ImageBatch(new byte[0], 0, 4, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void featuresAreWholePerImage() {
        assertThatThrownBy(() -> new Features(2, new float[3], new float[0], new float[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void metricsAreNamedByTheirFeatures() {
        assertThat(info(Optional.empty(), Optional.empty(), false).label("FID")).isEqualTo("FID");
        assertThat(info(Optional.of("classifier"), Optional.empty(), false).label("FID"))
                .isEqualTo("FID (classifier)");
    }

    @Test
    void randomWeightsAreNeverComparable() {
        assertThatThrownBy(() -> info(Optional.empty(), Optional.empty(), true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
