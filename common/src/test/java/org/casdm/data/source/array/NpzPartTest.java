package org.casdm.data.source.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.casdm.data.picture.Picture;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.failure.DataException;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzPartTest {
    private static final int SIDE = 4;

    @TempDir
    private Path folder;

    @Test
    void planesBecomePixelsAndLabelsStartAtZero() throws Exception {
        write("train_data_batch_1.npz", 25_000, 1);
        write("train_data_batch_2.npz", 3, 5);
        write("val_data.npz", 2, 1);
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.IMAGENET_NPZ);
        assertThat(source.parts()).as("10000 records each, and the second file").hasSize(4);
        assertThat(source.classNames()).hasSize(7).startsWith("1", "2");
        List<SourceRecord> records = reading().records(source);
        List<RawImage> images = SourceReading.images(records);
        assertThat(images).hasSize(25_003);
        assertThat(SourceReading.ids(images))
                .doesNotHaveDuplicates()
                .contains("train_data_batch_1.npz#24999", "train_data_batch_2.npz#2");
        for (int i : new int[] {0, 9_999, 10_000, 24_999}) {
            assertThat(images.get(i).label()).isEqualTo(i % 3);
            Picture picture = images.get(i).picture(SourceLimits.DEFAULT.decoder());
            assertThat(picture.width()).isEqualTo(SIDE);
            for (int channel = 0; channel < 3; channel++) {
                assertThat(picture.samples()[3 * 5 + channel])
                        .as("record %d, channel %d", i, channel)
                        .isEqualTo(sample(i, channel * SIDE * SIDE + 5));
            }
        }
        assertThat(images.get(25_002).label()).isEqualTo(6);
    }

    @Test
    void compressedFilesAreReadInOnePart() throws Exception {
        write("train_data_batch_1.npz", 12_000, 1);
        Path packed = folder.resolve("packed.npz");
        deflate(folder.resolve("train_data_batch_1.npz"), packed);
        ImageSource source = reading().find(packed, SourceFormat.AUTO);
        assertThat(source.parts()).hasSize(1);
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images).hasSize(12_000);
        assertThat(images.get(11_999).picture(SourceLimits.DEFAULT.decoder()).samples()[0])
                .isEqualTo(sample(11_999, 0));
    }

    @Test
    void aLabelBelowOneIsBad() throws Exception {
        write("batch.npz", 3, 0);
        List<SourceRecord> records = reading().records(folder.resolve("batch.npz"), SourceFormat.AUTO);
        assertThat(SourceReading.images(records)).hasSize(2);
        assertThat(records.get(0)).isEqualTo(new BadRecord("batch.npz#0", "label 0 where labels begin at 1"));
    }

    @Test
    void damagedDataGivesTheRecordsBefore() throws Exception {
        write("plain.npz", 4_000, 1);
        Path packed = folder.resolve("packed.npz");
        deflate(folder.resolve("plain.npz"), packed);
        byte[] content = Files.readAllBytes(packed);
        Arrays.fill(content, content.length / 2, content.length / 2 + 400, (byte) 0xff);
        Files.write(packed, content);
        List<SourceRecord> records = reading().records(packed, SourceFormat.IMAGENET_NPZ);
        assertThat(SourceReading.images(records)).isNotEmpty();
        assertThat(records.get(records.size() - 1)).isInstanceOf(BadRecord.class);
        assertThat(SourceReading.bad(records)).singleElement().satisfies(bad -> {
            assertThat(bad.id()).isEqualTo("packed.npz");
            assertThat(bad.reason()).contains("cut short or damaged", "at record ", packed.toString());
        });
    }

    @Test
    void whatIsNotDownsampledImageNetIsRefused() throws Exception {
        try (var npz = new NpzWriter("a", Files.newOutputStream(folder.resolve("samples.npz")))) {
            npz.write("arr_0", new double[] {1, 2}, 2);
        }
        assertThatThrownBy(() -> reading().find(folder.resolve("samples.npz"), SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no array 'data'");
        try (var npz = new NpzWriter("a", Files.newOutputStream(folder.resolve("floats.npz")))) {
            npz.write("data", new double[12], 4, 3);
        }
        assertThatThrownBy(() -> reading().find(folder.resolve("floats.npz"), SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("shape (4, 3) and type f8");
        try (var npz = new NpzWriter("a", Files.newOutputStream(folder.resolve("labels.npz")))) {
            bytes(npz, "data", 4, 1);
            npz.write("labels", new double[3], 3);
        }
        assertThatThrownBy(() -> reading().find(folder.resolve("labels.npz"), SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("3 labels for 4 pictures");
    }

    @Test
    void aHeaderThatPromisesMoreThanThereIsNeedsNoMemory() throws Exception {
        var header = NpyHeader.of(NpyType.UINT8, 15_000_000, 3 << 20);
        var bomb = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bomb)) {
            zip.putNextEntry(new ZipEntry("data.npy"));
            var text = "{'descr': '|u1', 'fortran_order': False, 'shape': " + header.shapeText() + ", }\n";
            zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length(), 0});
            zip.write(text.getBytes(StandardCharsets.UTF_8));
            zip.write(new byte[1000]);
        }
        Files.write(folder.resolve("bomb.npz"), bomb.toByteArray());
        assertThatThrownBy(() -> reading().find(folder.resolve("bomb.npz"), SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("bomb.npz");
    }

    @Test
    void picklesAreRefusedWithAWayOut() throws Exception {
        Files.write(folder.resolve("train_data_batch_1"), new byte[] {(byte) 0x80, 2, '}', '.'});
        for (Path path : List.of(folder, folder.resolve("train_data_batch_1"))) {
            assertThatThrownBy(() -> reading().find(path, SourceFormat.AUTO))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("is a Python pickle")
                    .hasMessageContaining("numpy.savez");
        }
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }

    private void write(String name, int count, int firstLabel) throws IOException {
        try (var npz = new NpzWriter(name, Files.newOutputStream(folder.resolve(name)))) {
            bytes(npz, "data", count, SIDE);
            double[] labels = new double[count];
            for (int i = 0; i < count; i++) {
                labels[i] = firstLabel + i % 3;
            }
            npz.write("labels", labels, count);
        }
    }

    private static void bytes(NpzWriter npz, String name, int count, int side) throws IOException {
        npz.write(name, NpyHeader.of(NpyType.UINT8, count, 3L * side * side), sink -> {
            byte[] row = new byte[3 * side * side];
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < row.length; k++) {
                    row[k] = sample(i, k);
                }
                sink.accept(row, 0, row.length);
            }
        });
    }

    private static byte sample(int record, int place) {
        return (byte) (record * 31 + place * (7 + record % 5));
    }

    private static void deflate(Path from, Path to) throws IOException {
        try (var input = new java.util.zip.ZipFile(from.toFile());
                var output = new ZipOutputStream(Files.newOutputStream(to))) {
            for (var entries = input.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                output.putNextEntry(new ZipEntry(entry.getName()));
                input.getInputStream(entry).transferTo(output);
            }
        }
    }
}
