package org.casdm.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.casdm.failure.DataException;
import org.casdm.tensor.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardTest {

    private static final int SIZE = 4;
    private static final int BYTES = SIZE * SIZE * 3;

    @TempDir
    private java.nio.file.Path local;

    private FileSystem fileSystem;
    private Path folder;

    @BeforeEach
    void open() throws IOException {
        fileSystem = FileSystem.getLocal(new Configuration());
        folder = new Path(local.toUri());
    }

    private static byte[] pixels(int image, int byteCount) {
        var bytes = new byte[byteCount];
        new Random(image).nextBytes(bytes);
        return bytes;
    }

    private ShardFile write(String name, int count, int size) throws IOException {
        try (var writer = new ShardWriter(fileSystem, new Path(folder, name), size)) {
            for (int i = 0; i < count; i++) {
                writer.write("image-" + i, i % 7 - 1, pixels(i, size * size * 3), 0);
            }
            assertThat(writer.count()).isEqualTo(count);
            return writer.finish();
        }
    }

    @Test
    void givesBackWhatWasWritten() throws IOException {
        int size = 256;
        var shard = write("part-00000.parquet", 100, size);
        // 8 MiB hold 42 images of 256 x 256.
        assertThat(shard.rowGroups()).containsExactly(42, 42, 16);
        assertThat(shard.count()).isEqualTo(100);
        var bytes = Files.readAllBytes(local.resolve("part-00000.parquet"));
        assertThat(shard.bytes()).isEqualTo(bytes.length);
        assertThat(shard.sha256()).isEqualTo(Sha256.hex(bytes));
        try (var reader = ShardReader.open(fileSystem, folder, shard, size)) {
            int image = 42;
            // In any order, and again.
            for (int group : new int[] {1, 2, 0, 0}) {
                image = group * 42;
                var images = reader.readRowGroup(group);
                assertThat(images.count()).isEqualTo(shard.rowGroups().get(group));
                for (int i = 0; i < images.count(); i++, image++) {
                    assertThat(images.ids().get(i)).isEqualTo("image-" + image);
                    assertThat(images.labels()[i]).isEqualTo(image % 7 - 1);
                    int from = i * size * size * 3;
                    assertThat(Arrays.equals(
                                    images.pixels(),
                                    from,
                                    from + size * size * 3,
                                    pixels(image, size * size * 3),
                                    0,
                                    size * size * 3))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void sameImagesAreTheSameFile() throws IOException {
        assertThat(write("a.parquet", 30, SIZE).sha256())
                .isEqualTo(write("b.parquet", 30, SIZE).sha256())
                .isNotEqualTo(write("c.parquet", 29, SIZE).sha256());
    }

    /** Parquet's own order of them is another one in each process. */
    @Test
    void encodingsAreListedInAFixedOrder() throws IOException {
        var shard = write("a.parquet", 2, SIZE);
        var bytes = Files.readAllBytes(local.resolve("a.parquet"));
        var footer = footer(bytes);
        assertThat(footer.getRow_groups().get(0).getColumns())
                .hasSize(3)
                .allSatisfy(column -> assertThat(column.getMeta_data().getEncodings())
                        .containsExactly(Encoding.PLAIN, Encoding.BIT_PACKED));
        assertThat(shard.sha256()).isEqualTo(Sha256.hex(bytes));
    }

    private static FileMetaData footer(byte[] file) throws IOException {
        int length = footerLength(file);
        return Util.readFileMetaData(new ByteArrayInputStream(file, file.length - 8 - length, length));
    }

    /** The last eight bytes are this and Parquet's name. */
    private static int footerLength(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
    }

    /** Writes the footer anew, and says what opening and reading the file brings about. */
    private Throwable forged(Consumer<RowGroup> forgery) throws IOException {
        write("a.parquet", 30, SIZE);
        var file = local.resolve("a.parquet");
        var bytes = Files.readAllBytes(file);
        var footer = footer(bytes);
        forgery.accept(footer.getRow_groups().get(0));
        var written = new ByteArrayOutputStream();
        Util.writeFileMetaData(footer, written);
        var forged = new ByteArrayOutputStream();
        forged.write(bytes, 0, bytes.length - 8 - footerLength(bytes));
        written.writeTo(forged);
        forged.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(written.size())
                .array());
        forged.write(bytes, bytes.length - 4, 4);
        Files.write(file, forged.toByteArray());
        return catchThrowable(() -> {
            try (var reader = ShardReader.open(fileSystem, new Path(folder, "a.parquet"), SIZE)) {
                reader.readRowGroup(0);
            }
        });
    }

    private static ColumnMetaData pixelColumn(RowGroup group) {
        return group.getColumns().get(2).getMeta_data();
    }

    private static void assertRefused(Throwable failure, String said) {
        assertThat(failure)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.parquet")
                .hasMessageContaining(said);
    }

    /** They are allocated before anything is read. */
    @Test
    void refusesClaimsThatDoNotAgree() throws IOException {
        assertThat(forged(group -> {})).isNull();
        assertRefused(forged(group -> group.setNum_rows(1L << 31)), "2147483648 rows claims 30 values");
        assertRefused(forged(group -> group.setNum_rows(-1)), "-1 rows");
        assertRefused(
                forged(group -> {
                    group.setNum_rows(1L << 31);
                    group.getColumns().forEach(column -> column.getMeta_data().setNum_values(1L << 31));
                }),
                "2147483648 images of 48 bytes is too large");
        assertRefused(forged(group -> pixelColumn(group).setTotal_compressed_size(1L << 30)), "1073741824 bytes from");
        assertRefused(forged(group -> pixelColumn(group).setTotal_compressed_size(100)), "\"pixels\" claims");
        assertRefused(forged(group -> pixelColumn(group).setTotal_uncompressed_size(1000)), "\"pixels\" claims");
        assertRefused(forged(group -> group.getColumns().remove(2)), "each of the columns [id, label, pixels] once");
    }

    @Test
    void appearsOnlyWhenFinished() throws IOException {
        var file = new Path(folder, "part-00000.parquet");
        try (var writer = new ShardWriter(fileSystem, file, SIZE)) {
            writer.write("a", 0, pixels(1, BYTES), 0);
            assertThat(fileSystem.exists(file)).isFalse();
        }
        try (var files = Files.list(local)) {
            assertThat(files).isEmpty();
        }
        var first = write("part-00000.parquet", 1, SIZE);
        // One given up does no harm to the one that is there; a finished one replaces it.
        new ShardWriter(fileSystem, file, SIZE).close();
        assertThat(Files.size(local.resolve("part-00000.parquet"))).isEqualTo(first.bytes());
        var second = write("part-00000.parquet", 2, SIZE);
        try (var reader = ShardReader.open(fileSystem, folder, second, SIZE)) {
            assertThat(reader.rowGroups()).containsExactly(2);
        }
        try (var files = Files.list(local)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void refusesToFinishWithoutImages() throws IOException {
        try (var writer = new ShardWriter(fileSystem, new Path(folder, "none.parquet"), SIZE)) {
            assertThatThrownBy(writer::finish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has no images");
            assertThatThrownBy(() -> writer.write("a", 0, new byte[BYTES - 1], 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void readsFilesOfPyarrow() throws IOException, URISyntaxException {
        var file = new Path(getClass().getResource("/shards/pyarrow.parquet").toURI());
        try (var reader = ShardReader.open(fileSystem, file, SIZE)) {
            assertThat(reader.rowGroups()).containsExactly(3, 2);
            var first = reader.readRowGroup(0);
            assertThat(first.ids()).containsExactly("ü/0", "ü/1", "ü/2");
            assertThat(first.labels()).containsExactly(0, DatasetDescription.NO_LABEL, 2);
            var expected = new byte[3 * BYTES];
            IntStream.range(0, expected.length).forEach(i -> expected[i] = (byte) i);
            assertThat(first.pixels()).isEqualTo(expected);
        }
    }

    @Test
    void wrongSize_isReported() throws IOException {
        var shard = write("part-00000.parquet", 3, SIZE);
        try (var reader = ShardReader.open(fileSystem, folder, shard, 8)) {
            assertThatThrownBy(() -> reader.readRowGroup(0))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("part-00000.parquet")
                    .hasMessageContaining("48 bytes of pixels instead of 192");
        }
    }

    @Test
    void namesMissingAndCutFiles() throws IOException {
        var shard = write("part-00000.parquet", 30, SIZE);
        var file = local.resolve("part-00000.parquet");
        var bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> ShardReader.open(fileSystem, folder, shard, SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("part-00000.parquet has " + bytes.length / 2 + " bytes")
                .hasMessageContaining("cut");
        assertThatThrownBy(() -> ShardReader.open(fileSystem, new Path(folder, shard.name()), SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("part-00000.parquet is damaged");
        Files.delete(file);
        assertThatThrownBy(() -> ShardReader.open(fileSystem, folder, shard, SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("part-00000.parquet is missing");
    }

    @Test
    void describesAFolder() throws IOException {
        var shards = List.of(write("part-00000.parquet", 30, SIZE), write("part-00001.parquet", 20, SIZE));
        var description = new DatasetDescription(
                50,
                SIZE,
                3,
                List.of("cat", "dog"),
                "file:/images",
                "centre crop",
                -7,
                "train",
                shards,
                List.of(new SkippedRecord("x/y.jpg", "truncated")));
        assertThat(DatasetDescription.isIn(fileSystem, folder)).isFalse();
        assertThatThrownBy(() -> DatasetDescription.read(fileSystem, folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("dataset.json is missing");
        description.write(fileSystem, folder);
        assertThat(DatasetDescription.isIn(fileSystem, folder)).isTrue();
        assertThat(DatasetDescription.read(fileSystem, folder)).isEqualTo(description);

        var file = local.resolve(DatasetDescription.FILE_NAME);
        var whole = Files.readString(file);
        assertRefused(whole.replace("\"cat\"", "\"cow\""), "its checksum does not agree", "remove the line");
        // As by hand.
        var json = whole.replaceFirst(",\\s*\"checksum\" : \"[0-9a-f]{64}\"", "");
        Files.writeString(file, json.replace("\"cat\"", "\"cow\""));
        assertThat(DatasetDescription.read(fileSystem, folder).classes()).containsExactly("cow", "dog");
        assertRefused(json.replace("\"count\" : 20", "\"count\" : 21"), "field shards.1", "part-00001.parquet is 21");
        assertRefused(json.replace("\"count\" : 50", "\"count\" : 49"), "count is 49, but the shards hold 50");
        assertRefused(json.replace("\"size\" : 4", "\"size\" : \"4\""), "field size");
        assertRefused(json.replace("\"size\" : 4,", ""), "size");
        assertRefused(json.replace("\"seed\"", "\"sead\""), "seed");
        assertRefused(json.replace("\"channels\" : 3", "\"channels\" : 1"), "channels is 1");
        assertRefused(json.replace("part-00001", "part-00000"), "part-00000.parquet twice");
        assertRefused(json.replace("\"format\" : 1", "\"format\" : 2"), "format is 2");
        assertRefused(json.substring(0, json.length() / 2), "damaged");
        assertRefused("[]", "not a JSON object");
    }

    private void assertRefused(String json, String... said) throws IOException {
        Files.writeString(local.resolve(DatasetDescription.FILE_NAME), json);
        assertThatThrownBy(() -> DatasetDescription.read(fileSystem, folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("dataset.json")
                .hasMessageContainingAll(said);
    }
}
