package org.casdm.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of which a byte has changed. */
class DamagedShardIT {

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

    /** Whatever byte is flipped: what was written comes back, or an error that names the file. */
    @Test
    void damageIsNoticed() throws IOException {
        var shard = write("part-00000.parquet", 30, SIZE);
        var file = local.resolve("part-00000.parquet");
        var whole = Files.readAllBytes(file);
        ShardImages written;
        try (var reader = ShardReader.open(fileSystem, folder, shard, SIZE)) {
            written = reader.readRowGroup(0);
        }
        int noticed = 0;
        for (int at = 0; at < whole.length; at++) {
            var damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(file, damaged);
            try (var reader = ShardReader.open(fileSystem, folder, shard, SIZE)) {
                var images = reader.readRowGroup(0);
                assertThat(images.labels()).as("byte %d", at).isEqualTo(written.labels());
                assertThat(images.ids()).as("byte %d", at).isEqualTo(written.ids());
                assertThat(Arrays.equals(images.pixels(), written.pixels()))
                        .as("byte %d", at)
                        .isTrue();
            } catch (DataException e) {
                noticed++;
                assertThat(e).hasMessageContaining("part-00000.parquet");
            }
        }
        // All pixels, and more.
        assertThat(noticed).isGreaterThan(30 * BYTES);
    }
}
