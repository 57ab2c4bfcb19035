package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SampleProgressTest {

    @Test
    void tellsImagesRateAndTimeLeft() {
        // 1000 images were there; 4000 image steps of 50 are 80 more; 100 steps a second are 2 images.
        assertThat(SampleProgress.line(1000, 4000, 10_000, 50, 100))
                .isEqualTo("images 1,080/10,000 (10.8 %) | 2.00 images/s | 1:14:20 left");
    }

    /** Tasks that began together end together: between the first and the second there is next to no time. */
    @Test
    void takesTheRateOverSeconds() {
        var operators = new HashMap<String, Number>();
        var progress = new SampleProgress(1, 0, 64, 25, operators::put);
        long start = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        assertThat(progress.told(8 * 25, start)).isEmpty();
        assertThat(progress.told(16 * 25, start + 1_000_000)).isEmpty();
        assertThat(operators).containsEntry("images", 16L).doesNotContainKey("imagesPerSecond");
        assertThat(progress.told(32 * 25, start + TimeUnit.SECONDS.toNanos(6)))
                .contains("images 32/64 (50.0 %) | 4.00 images/s | 0:00:08 left");
        assertThat(operators).containsEntry("imagesPerSecond", 4.0);
    }
}
