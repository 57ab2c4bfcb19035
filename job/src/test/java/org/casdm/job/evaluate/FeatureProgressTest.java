package org.casdm.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FeatureProgressTest {

    @Test
    void tellsDoneRateAndTimeLeft() {
        var progress = new FeatureProgress("samples: s3a://b/x", OptionalLong.of(50_000), 1, (name, value) -> {});
        assertThat(progress.line(10_000, 100))
                .isEqualTo("samples: s3a://b/x: 10,000 of 50,000 images (20.0 %), 100.0 images/s, 0:06:40 left");
        assertThat(progress.line(0, 10)).isEqualTo("samples: s3a://b/x: 0 of 50,000 images");
        assertThat(progress.line(60_000, 100)).contains("50,000 of 50,000", "0:00:00 left");
        assertThat(new FeatureProgress("x", OptionalLong.empty(), 1, (name, value) -> {}).line(500, 10))
                .isEqualTo("x: 500 images, 50.0 images/s");
    }
}
