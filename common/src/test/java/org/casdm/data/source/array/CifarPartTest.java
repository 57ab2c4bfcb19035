package org.casdm.data.source.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.failure.DataException;
import org.casdm.testing.Formula;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarPartTest {
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
    void records_areThoseOfTheFormula() throws Exception {
        Path file = Files.write(folder.resolve("cifar10_mini.bin"), mini);
        ImageSource source = reading().find(file, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.CIFAR10);
        assertThat(source.summary()).contains("21 records of cifar10 in 1 file", "1 of the records cut short");
        List<SourceRecord> records = reading().records(source);
        assertThat(records).as("twenty whole records and a cut one").hasSize(21);
        int[] expected = Formula.images("fixture.cifar", 20, 32);
        for (int i = 0; i < 20; i++) {
            var image = (RawImage) records.get(i);
            assertThat(image.id()).isEqualTo("cifar10_mini.bin#" + i);
            byte[] samples = image.picture(SourceLimits.DEFAULT.decoder()).samples();
            for (int at = 0; at < 1024; at++) {
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(samples[3 * at + channel])
                            .isEqualTo((byte) expected[3 * 1024 * i + channel * 1024 + at]);
                }
            }
            assertThat(image.label()).isEqualTo(mini[i * 3073]).isBetween(0, 9);
        }
        assertThat(records.get(20))
                .isEqualTo(new BadRecord("cifar10_mini.bin#20", "the record is cut short: 1000 of 3073 bytes"));
    }

    @Test
    void batches_areReadApartInOrderWithoutTheTestBatch() throws Exception {
        Files.write(folder.resolve("data_batch_2.bin"), records(1, 3, 7));
        Files.write(folder.resolve("data_batch_1.bin"), records(1, 2, 5));
        Files.write(folder.resolve("test_batch.bin"), records(1, 4, 1));
        Files.writeString(
                folder.resolve("batches.meta.txt"),
                "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
        ImageSource source = reading().find(folder.toUri(), SourceFormat.AUTO);
        assertThat(source.classNames()).hasSize(10).startsWith("airplane");
        assertThat(source.parts()).hasSize(2);
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images).extracting(RawImage::label).containsExactly(5, 5, 7, 7, 7);
        assertThat(images.get(2).id()).isEqualTo("data_batch_2.bin#0");
    }

    @Test
    void largeFiles_areReadInParts() throws Exception {
        Files.write(folder.resolve("data_batch_1.bin"), records(1, 10_003, 5));
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.parts()).hasSize(2);
        assertThat(SourceReading.ids(reading().records(source.parts().get(1))))
                .containsExactly("data_batch_1.bin#10000", "data_batch_1.bin#10001", "data_batch_1.bin#10002");
        List<RawImage> all = SourceReading.images(reading().records(source));
        assertThat(all).hasSize(10_003).extracting(RawImage::label).containsOnly(5);
    }

    @Test
    void cifar100_usesTheFineLabel() throws Exception {
        Files.write(folder.resolve("train.bin"), records(2, 4, 93));
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.CIFAR100);
        assertThat(source.classNames()).hasSize(100);
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::label)
                .containsExactly(93, 93, 93, 93);
        assertThat(reading()
                        .find(folder.resolve("train.bin"), SourceFormat.AUTO)
                        .format())
                .isEqualTo(SourceFormat.CIFAR100);
    }

    @Test
    void aLabelOutOfRange_isABadRecord() throws Exception {
        byte[] content = records(1, 3, 4);
        content[3073] = 10;
        Path file = Files.write(folder.resolve("some.bin"), content);
        List<SourceRecord> records = reading().records(file, SourceFormat.CIFAR10);
        assertThat(SourceReading.bad(records))
                .containsExactly(new BadRecord(
                        "some.bin#1", "label 10 where cifar10 has 0 to 9; perhaps the file is not cifar10"));
        assertThat(((RawImage) records.get(2)).label()).isEqualTo(4);
    }

    @Test
    void unknownFile_isRefused() throws Exception {
        byte[] noise = new byte[5000];
        Arrays.fill(noise, (byte) 200);
        Path file = Files.write(folder.resolve("noise.bin"), noise);
        assertThatThrownBy(() -> reading().find(file, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not begin with a record of cifar10: label 200");
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.CIFAR10))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no data_batch_*.bin");
        Path empty = Files.write(folder.resolve("data_batch_1.bin"), new byte[0]);
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(empty.getFileName() + " is empty");
    }

    @Test
    void aFileThatChangesAfterItWasFound_isNotRead() throws Exception {
        Path file = Files.write(folder.resolve("some.bin"), records(1, 3, 4));
        ImageSource source = reading().find(file, SourceFormat.CIFAR10);
        Files.write(file, records(1, 2, 4));
        assertThatThrownBy(() -> reading().records(source))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("had 9219 bytes");
    }

    @Test
    void fingerprint_changesWithContentOfEqualLength() throws Exception {
        Path file = Files.write(folder.resolve("some.bin"), records(1, 3, 4));
        String before = reading().find(file, SourceFormat.AUTO).fingerprint();
        assertThat(reading().find(file, SourceFormat.AUTO).fingerprint()).isEqualTo(before);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertThat(reading().find(file, SourceFormat.AUTO).fingerprint()).isNotEqualTo(before);
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
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
