package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SampleProgressTest {

    @Test
    void tellsImagesRateAndTimeLeft() {
        // 1000 images were there; 4000 image steps of 50 are 80 more; 100 steps a second are 2 images.
        assertThat(SampleProgress.line(1000, 4000, 10_000, 50, 100))
                .isEqualTo("images 1,080/10,000 (10.8 %) | 2.00 images/s | 1:14:20 left");
    }
}
