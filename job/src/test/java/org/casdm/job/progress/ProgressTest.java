package org.casdm.job.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final List<String> lines = new ArrayList<>();
    private final Map<String, Number> metrics = new HashMap<>();
    private long now;

    private Progress clocked(Progress progress) {
        return progress.withMetrics(metrics::put).withClock(() -> now * 1_000_000_000);
    }

    @Test
    void line_hasAmountRateAndTimeLeft() {
        var progress = clocked(Progress.ofCount("samples", "images", lines::add));
        progress.at(1000, 50_000);
        now = 100;
        progress.at(11_000, 50_000);
        assertThat(lines).containsExactly("samples: 11,000 of 50,000 images (22.0 %), 100 images/s, 0:06:30 left");
        assertThat(metrics)
                .containsEntry("images", 11_000L)
                .containsEntry("imagesWanted", 50_000L)
                .containsEntry("imagesPerSecond", 100.0);
    }

    @Test
    void steps_areCountedInThings() {
        var progress = clocked(Progress.ofCount("samples", "images", lines::add).inSteps(50));
        progress.at(1000 * 50, 10_000 * 50);
        now = 40;
        progress.at(1000 * 50 + 4010, 10_000 * 50);
        assertThat(lines).containsExactly("samples: 1,080 of 10,000 images (10.8 %), 2.01 images/s, 1:14:09 left");
    }

    @Test
    void bytes_areMegabytes() {
        var progress = clocked(Progress.ofBytes("file", lines::add));
        progress.at(0, 250_000_000);
        now = 10;
        progress.at(50_000_000, 250_000_000);
        assertThat(lines).containsExactly("file: 50.0 of 250.0 MB (20.0 %), 5.00 MB/s, 0:00:40 left");
    }

    /** Tasks that began together end together: between the first and the second there is next to no time. */
    @Test
    void rate_isTakenOverSeconds() {
        var progress = clocked(Progress.ofCount("samples", "images", lines::add));
        progress.at(8, 64);
        progress.at(16, 64);
        assertThat(lines).isEmpty();
        assertThat(metrics).containsEntry("images", 16L).doesNotContainKey("imagesPerSecond");
        now = 6;
        progress.at(32, 64);
        assertThat(lines).containsExactly("samples: 32 of 64 images (50.0 %), 4.00 images/s, 0:00:08 left");
        now = 8;
        progress.at(40, 64);
        assertThat(lines).as("two seconds later").hasSize(1);
    }

    @Test
    void workThatIsRepeated_neverExceedsTheTotal() {
        var progress = clocked(Progress.ofCount("samples", "images", lines::add));
        progress.at(10, 60);
        now = 10;
        progress.at(70, 60);
        assertThat(lines).containsExactly("samples: 60 of 60 images (100.0 %), 5.00 images/s, 0:00:00 left");
    }

    @Test
    void stream_isCountedAsItIsWritten() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var progress = clocked(Progress.ofBytes("file", lines::add));
        try (var stream = progress.counting(bytes, 3_000_000)) {
            stream.write(new byte[1_000_000]);
            now = 10;
            stream.write(new byte[1_000_000]);
        }
        assertThat(bytes.size()).isEqualTo(2_000_000);
        assertThat(lines).containsExactly("file: 2.0 of 3.0 MB (66.7 %), 0.100 MB/s, 0:00:10 left");
    }
}
