package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.picture.ImageTransform;
import org.casdm.data.picture.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxImageSetTest {
    private final Configuration hadoop = new Configuration();
    private final ImageSetFinder finder = new ImageSetFinder(hadoop);

    @TempDir
    private Path folder;

    @Test
    void compressedAndPlainFilesAreRead() throws Exception {
        Files.write(folder.resolve("train-images-idx3-ubyte.gz"), gzip(images(5)));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(5));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(2));
        ImageSet set = finder.find(folder.toString(), ImageFormat.AUTO);
        assertThat(set.format()).isEqualTo(ImageFormat.IDX);
        assertThat(set.count()).isEqualTo(5);
        assertThat(set.classNames()).containsExactly("0", "1", "2", "3", "4");
        assertThat(set.summary()).contains("5 grey images of 7 x 6", "train-images-idx3-ubyte.gz", "5 classes");
        try (ImageReader reader = set.open(hadoop, ReadOptions.ofSize(8))) {
            byte[] pixels = new byte[8 * 8 * 3];
            reader.read(3, pixels, 0);
            byte[] grey = new byte[42];
            for (int i = 0; i < 42; i++) {
                grey[i] = pixel(3, i);
            }
            assertThat(pixels).isEqualTo(new ImageTransform(8).apply(new Picture(7, 6, 1, grey)));
            assertThat(reader.label(3)).isEqualTo(3);
            assertThat(reader.id(3)).endsWith("train-images-idx3-ubyte.gz#3");
            assertThatThrownBy(() -> reader.read(5, pixels, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void theImagesFileItselfAndNoLabels() throws Exception {
        Path file = Files.write(folder.resolve("t10k-images.idx3-ubyte"), images(2));
        ImageSet set = finder.find(file.toString(), ImageFormat.AUTO);
        assertThat(set.labelled()).isFalse();
        try (ImageReader reader = set.open(hadoop, ReadOptions.ofSize(6))) {
            assertThat(reader.label(1)).isEqualTo(ImageReader.NO_LABEL);
        }
        Files.write(folder.resolve("t10k-labels.idx1-ubyte"), labels(2));
        assertThat(finder.find(file.toString(), ImageFormat.AUTO).classNames()).hasSize(2);
    }

    @Test
    void labelsOfAnotherSetAreRefused() throws Exception {
        Files.write(folder.resolve("train-images-idx3-ubyte"), images(5));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(4));
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds 4 labels")
                .hasMessageContaining("5 images");
    }

    @Test
    void cutDamagedAndForeignFilesAreRefused() throws Exception {
        Path images = folder.resolve("train-images-idx3-ubyte");
        Files.write(images, Arrays.copyOf(images(5), 100));
        ImageSet cut = finder.find(folder.toString(), ImageFormat.AUTO);
        assertThatThrownBy(() -> cut.open(hadoop, ReadOptions.ofSize(8)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cut short: its header promises 210 bytes of data, there are 84");

        Files.write(images, Arrays.copyOf(images(5), 300));
        assertThatThrownBy(() -> cut.open(hadoop, ReadOptions.ofSize(8))).hasMessageContaining("goes on behind");

        byte[] compressed = gzip(images(5));
        Files.write(images, Arrays.copyOf(compressed, compressed.length - 20));
        assertThatThrownBy(() -> cut.open(hadoop, ReadOptions.ofSize(8)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cut short or damaged");

        Files.write(images, new byte[10]);
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.IDX))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("begins with 0x00000000 instead of 0x00000803");
        Files.write(images, new byte[] {0, 0});
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.IDX))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cut short or damaged");
        Files.delete(images);
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.IDX))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no IDX file of images");
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
