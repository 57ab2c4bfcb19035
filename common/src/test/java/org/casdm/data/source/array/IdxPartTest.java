package org.casdm.data.source.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.casdm.data.picture.Picture;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxPartTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void compressedAndPlainFiles_areRead(boolean compressed) throws Exception {
        var name = "train-images-idx3-ubyte" + (compressed ? ".gz" : "");
        Files.write(folder.resolve(name), compressed ? gzip(images(5)) : images(5));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(5));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(2));
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.IDX);
        assertThat(source.classNames()).containsExactly("0", "1", "2", "3", "4");
        assertThat(source.summary()).contains("5 grey images of 7 x 6", name, "5 classes");
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images).hasSize(5).extracting(RawImage::label).containsExactly(0, 1, 2, 3, 4);
        byte[] grey = new byte[42];
        for (int i = 0; i < 42; i++) {
            grey[i] = pixel(3, i);
        }
        Picture picture = images.get(3).picture(SourceLimits.DEFAULT.decoder());
        assertThat(picture.width()).isEqualTo(7);
        assertThat(picture.height()).isEqualTo(6);
        assertThat(picture.channels()).isEqualTo(1);
        assertThat(picture.samples()).isEqualTo(grey);
        assertThat(images.get(3).id()).isEqualTo(name + "#3");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeFiles_areReadInParts(boolean compressed) throws Exception {
        int count = 20_003;
        var name = "train-images-idx3-ubyte" + (compressed ? ".gz" : "");
        Files.write(folder.resolve(name), compressed ? gzip(images(count)) : images(count));
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.parts()).hasSize(3);
        List<RawImage> last =
                SourceReading.images(reading().records(source.parts().get(2)));
        assertThat(SourceReading.ids(last)).containsExactly(name + "#20000", name + "#20001", name + "#20002");
        assertThat(last.get(1).picture(SourceLimits.DEFAULT.decoder()).samples()[4])
                .isEqualTo(pixel(20_001, 4));
    }

    @Test
    void theImagesFileItselfAndNoLabels_areRead() throws Exception {
        Path file = Files.write(folder.resolve("t10k-images.idx3-ubyte"), images(2));
        ImageSource source = reading().find(file, SourceFormat.AUTO);
        assertThat(source.classNames()).isEmpty();
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::label)
                .containsOnly(DatasetDescription.NO_LABEL);
        Files.write(folder.resolve("t10k-labels.idx1-ubyte"), labels(2));
        assertThat(reading().find(file, SourceFormat.AUTO).classNames()).hasSize(2);
    }

    @Test
    void labelsOfAnotherSetAreRefused() throws Exception {
        Files.write(folder.resolve("train-images-idx3-ubyte"), images(5));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(4));
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds 4 labels")
                .hasMessageContaining("5 images");
    }

    @Test
    void cutDamagedAndForeignFilesAreRefused() throws Exception {
        Path images = folder.resolve("train-images-idx3-ubyte");
        Files.write(images, Arrays.copyOf(images(5), 100));
        ImageSource cut = reading().find(folder, SourceFormat.AUTO);
        assertThatThrownBy(() -> reading().records(cut))
                .hasCauseInstanceOf(DataException.class)
                .hasMessageContaining(
                        "is cut short or damaged: its header promises 5 images, and it ends within image 2");

        Files.write(images, Arrays.copyOf(images(5), 300));
        assertThatThrownBy(() -> reading().records(cut)).hasMessageContaining("continues after");

        byte[] compressed = gzip(images(5));
        Files.write(images, Arrays.copyOf(compressed, compressed.length - 20));
        assertThatThrownBy(() -> reading().records(cut))
                .hasCauseInstanceOf(DataException.class)
                .hasMessageContaining("cut short or damaged");

        Files.write(images, new byte[10]);
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.IDX))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("begins with 0x00000000 instead of 0x00000803");
        Files.write(images, new byte[] {0, 0});
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.IDX))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cut short or damaged");
        Files.delete(images);
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.IDX))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no IDX file of images");
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }

    private static byte pixel(int image, int place) {
        return (byte) (image * 50 + place * 3);
    }

    private static byte[] images(int count) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var output = new DataOutputStream(bytes);
        for (int value : new int[] {0x803, count, 6, 7}) {
            output.writeInt(value);
        }
        for (int i = 0; i < count; i++) {
            for (int place = 0; place < 42; place++) {
                output.write(pixel(i, place));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] labels(int count) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var output = new DataOutputStream(bytes);
        output.writeInt(0x801);
        output.writeInt(count);
        for (int i = 0; i < count; i++) {
            output.write(i);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var output = new GZIPOutputStream(bytes)) {
            output.write(content);
        }
        return bytes.toByteArray();
    }
}
