package org.casdm.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.casdm.data.ImageReader;
import org.casdm.data.picture.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordRangeTest {
    @TempDir
    private Path folder;

    @Test
    void cifarWithACutRecord() throws Exception {
        byte[] content;
        try (var input = getClass().getResourceAsStream("/cifar/cifar10_mini.bin")) {
            content = input.readAllBytes();
        }
        Files.write(folder.resolve("data_batch_1.bin"), content);
        Files.write(folder.resolve("data_batch_2.bin"), Arrays.copyOf(content, 2 * 3073));
        var reading = new SourceReading(SourceLimits.DEFAULT, folder);
        ImageSource source = reading.find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.CIFAR10);
        assertThat(source.parts()).as("files are read apart").hasSize(2);
        List<SourceRecord> records = reading.records(source);
        List<RawImage> images = SourceReading.images(records);
        assertThat(images).hasSize(22);
        assertThat(SourceReading.bad(records)).singleElement().satisfies(bad -> {
            assertThat(bad.id()).isEqualTo("data_batch_1.bin#20");
            assertThat(bad.reason()).contains("cut short");
        });
        assertThat(SourceReading.ids(records))
                .contains("data_batch_1.bin#0", "data_batch_2.bin#1")
                .doesNotHaveDuplicates();
        assertThat(images.get(0).label()).isEqualTo(content[0]);
        Picture picture = images.get(0).picture(SourceLimits.DEFAULT.decoder());
        assertThat(picture.samples()[1]).as("green of the first pixel").isEqualTo(content[1 + 1024]);
    }

    @Test
    void idxCompressedOrNotAndWithoutLabels() throws Exception {
        byte[] pixels = new byte[3 * 2 * 4];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        try (var output = new DataOutputStream(
                new GZIPOutputStream(Files.newOutputStream(folder.resolve("train-images-idx3-ubyte.gz"))))) {
            write(output, 0x803, pixels, 3, 2, 4);
        }
        var reading = new SourceReading(SourceLimits.DEFAULT, folder);
        List<RawImage> unlabelled = SourceReading.images(reading.records(folder, SourceFormat.IDX));
        assertThat(unlabelled)
                .extracting(RawImage::label)
                .containsOnly(ImageReader.NO_LABEL)
                .hasSize(3);
        try (var output = new DataOutputStream(Files.newOutputStream(folder.resolve("train-labels-idx1-ubyte")))) {
            write(output, 0x801, new byte[] {2, 0, 1}, 3);
        }
        ImageSource source = reading.find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.IDX);
        assertThat(source.classNames()).containsExactly("0", "1", "2");
        List<RawImage> images = SourceReading.images(reading.records(source));
        assertThat(images).extracting(RawImage::label).containsExactly(2, 0, 1);
        assertThat(images.get(2).id()).isEqualTo("train-images-idx3-ubyte.gz#2");
        Picture picture = images.get(2).picture(SourceLimits.DEFAULT.decoder());
        assertThat(picture.width()).isEqualTo(4);
        assertThat(picture.channels()).isEqualTo(1);
        assertThat(picture.samples()).startsWith(16, 17, 18);
    }

    private static void write(DataOutputStream output, int magic, byte[] data, int... dimensions) throws IOException {
        output.writeInt(magic);
        for (int dimension : dimensions) {
            output.writeInt(dimension);
        }
        output.write(data);
    }
}
