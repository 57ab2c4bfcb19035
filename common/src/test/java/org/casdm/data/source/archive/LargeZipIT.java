package org.casdm.data.source.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A zip of several parts. */
class LargeZipIT {

    @TempDir
    private Path folder;

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }

    @Test
    void aLargeZipIsReadInPartsAndFromAnyPlace() throws Exception {
        Path zip = folder.resolve("set.zip");
        var random = new Random(5);
        try (var output = new ZipOutputStream(Files.newOutputStream(zip))) {
            // A comment: the directory's end is not at the file's.
            output.setComment("x".repeat(3000));
            byte[] noise = new byte[20_000];
            for (int i = 0; i < 5000; i++) {
                output.putNextEntry(new ZipEntry(String.format(Locale.ROOT, "%04d.png", i)));
                random.nextBytes(noise);
                noise[0] = (byte) i;
                output.write(noise);
            }
        }
        ImageSource source = reading().find(zip, SourceFormat.ZIP);
        assertThat(source.parts()).hasSize(2);
        List<SourceRecord> last = reading().records(source.parts().get(1));
        assertThat(last.get(last.size() - 1).id()).isEqualTo("4999.png");
        List<RawImage> all = SourceReading.images(reading().records(source));
        assertThat(all).hasSize(5000);
        for (int i = 0; i < 5000; i++) {
            assertThat(((EncodedPicture) all.get(i).payload()).content())
                    .hasSize(20_000)
                    .startsWith((byte) i);
        }
    }
}
