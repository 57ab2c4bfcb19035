package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarImageSetTest {
    private static final ReadOptions SIZE_32 = ReadOptions.ofSize(32);

    private final Configuration hadoop = new Configuration();
    private final ImageSetFinder finder = new ImageSetFinder(hadoop);

    @TempDir
    private Path folder;

    private byte[] mini;

    @BeforeEach
    void loadMini() throws Exception {
        try (var input = getClass().getResourceAsStream("/cifar/cifar10_mini.bin")) {
            mini = input.readAllBytes();
        }
    }

    @Test
    void readsTheRecordsOfTheFormula() throws Exception {
        Path file = Files.write(folder.resolve("cifar10_mini.bin"), mini);
        ImageSet set = finder.find(file.toString(), ImageFormat.AUTO);
        assertThat(set.format()).isEqualTo(ImageFormat.CIFAR10);
        assertThat(set.count()).as("twenty whole records and a cut one").isEqualTo(21);
        assertThat(set.summary()).contains("21 records of cifar10 in 1 file", "1 of the records cut short");
        try (ImageReader reader = set.open(hadoop, SIZE_32)) {
            byte[] pixels = new byte[3072 + 5];
            for (int i = 0; i < 20; i++) {
                byte[] expected = GoldenImages.image("fixture.cifar", i, 32);
                reader.read(i, pixels, 5);
                for (int at = 0; at < 1024; at++) {
                    for (int channel = 0; channel < 3; channel++) {
                        assertThat(pixels[5 + 3 * at + channel]).isEqualTo(expected[channel * 1024 + at]);
                    }
                }
                assertThat(reader.label(i)).isEqualTo(mini[i * 3073]).isBetween(0, 9);
            }
            assertThat(reader.id(3)).endsWith("cifar10_mini.bin#3");
            assertThatThrownBy(() -> reader.read(20, pixels, 0))
                    .isInstanceOf(BadImageException.class)
                    .hasMessageContaining("cifar10_mini.bin#20: the record is cut short: 1000 of 3073 bytes");
            assertThatThrownBy(() -> reader.read(21, pixels, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aFolderOfBatchesIsReadInOrderWithoutTheTestBatch() throws Exception {
        Files.write(folder.resolve("data_batch_2.bin"), records(1, 3, 7));
        Files.write(folder.resolve("data_batch_1.bin"), records(1, 2, 5));
        Files.write(folder.resolve("test_batch.bin"), records(1, 4, 1));
        Files.writeString(
                folder.resolve("batches.meta.txt"),
                "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
        ImageSet set = finder.find(folder.toUri().toString(), ImageFormat.AUTO);
        assertThat(set.count()).isEqualTo(5);
        assertThat(set.classNames()).hasSize(10).startsWith("airplane");
        try (ImageReader reader = set.open(hadoop, SIZE_32)) {
            assertThat(new int[] {reader.label(0), reader.label(1), reader.label(2), reader.label(4)})
                    .containsExactly(5, 5, 7, 7);
            assertThat(reader.id(2)).endsWith("data_batch_2.bin#0");
        }
    }

    @Test
    void cifar100UsesTheFineLabel() throws Exception {
        Files.write(folder.resolve("train.bin"), records(2, 4, 93));
        ImageSet set = finder.find(folder.toString(), ImageFormat.AUTO);
        assertThat(set.format()).isEqualTo(ImageFormat.CIFAR100);
        assertThat(set.classNames()).hasSize(100);
        try (ImageReader reader = set.open(hadoop, SIZE_32)) {
            assertThat(reader.label(3)).isEqualTo(93);
        }
        assertThat(finder.find(folder.resolve("train.bin").toString(), ImageFormat.AUTO)
                        .format())
                .isEqualTo(ImageFormat.CIFAR100);
    }

    @Test
    void aLabelOutOfRangeIsABadRecord() throws Exception {
        byte[] content = records(1, 3, 4);
        content[3073] = 10;
        Path file = Files.write(folder.resolve("some.bin"), content);
        try (ImageReader reader =
                finder.find(file.toString(), ImageFormat.CIFAR10).open(hadoop, SIZE_32)) {
            assertThatThrownBy(() -> reader.read(1, new byte[3072], 0))
                    .isInstanceOf(BadImageException.class)
                    .hasMessageContaining("some.bin#1: label 10 where cifar10 has 0 to 9");
            assertThat(reader.label(2)).isEqualTo(4);
        }
    }

    @Test
    void whatIsNoSuchFileIsRefused() throws Exception {
        byte[] noise = new byte[5000];
        Arrays.fill(noise, (byte) 200);
        Path file = Files.write(folder.resolve("noise.bin"), noise);
        assertThatThrownBy(() -> finder.find(file.toString(), ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not begin with a record of cifar10: label 200");
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.CIFAR10))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no data_batch_*.bin");
        Path empty = Files.write(folder.resolve("data_batch_1.bin"), new byte[0]);
        assertThatThrownBy(() -> finder.find(folder.toString(), ImageFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(empty.getFileName() + " is empty");
    }

    @Test
    void aFileThatChangesAfterItWasFoundIsNotRead() throws Exception {
        Path file = Files.write(folder.resolve("some.bin"), records(1, 3, 4));
        ImageSet set = finder.find(file.toString(), ImageFormat.CIFAR10);
        Files.write(file, records(1, 2, 4));
        assertThatThrownBy(() -> set.open(hadoop, SIZE_32))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("had 9219 bytes");
    }

    private static byte[] records(int labelBytes, int count, int label) {
        byte[] content = new byte[count * (labelBytes + 3072)];
        new Random(label).nextBytes(content);
        for (int i = 0; i < count; i++) {
            content[i * (labelBytes + 3072)] = 3;
            content[i * (labelBytes + 3072) + labelBytes - 1] = (byte) label;
        }
        return content;
    }
}
