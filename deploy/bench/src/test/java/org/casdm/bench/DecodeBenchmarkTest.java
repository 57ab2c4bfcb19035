package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.data.picture.DrawnImages;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodeBenchmarkTest {

    @TempDir
    private Path folder;

    @Test
    void measures() throws Exception {
        new DrawnImages(1, 64)
                .write(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(folder.toUri()), 20);
        var report = new DecodeBenchmark(folder.toString(), 16, 2, 2).run();
        assertThat(report).containsEntry("images", 20L).containsEntry("threads", 2);
        assertThat((double) report.get("images_per_second")).isPositive();
        // The clock of processor time may tick once in ten milliseconds.
        assertThat((double) report.get("processor_seconds_per_image")).isNotNegative();
        Files.writeString(folder.resolve("no.png"), "no picture");
        assertThatThrownBy(() -> new DecodeBenchmark(folder.toString(), 16, 1, 1).run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no.png");
    }

    @Test
    void refusesNothingToMeasure() {
        assertThatIllegalArgumentException().isThrownBy(() -> new DecodeBenchmark("/pictures", 64, 0, 1));
    }
}
