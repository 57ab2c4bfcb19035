package org.casdm.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of which a byte has changed. */
class DamagedShardIT {

    private static final int SIZE = 4;
    private static final int BYTES = SIZE * SIZE * 3;

    @TempDir
    private java.nio.file.Path local;

    private static byte[] pixels(int image) {
        var bytes = new byte[BYTES];
        new Random(image).nextBytes(bytes);
        return bytes;
    }

    /** Whatever byte is flipped: what was written comes back, or an error that names the file. */
    @Test
    void damageIsNoticed() throws IOException {
        var data = TestDataFolder.write(
                local, SIZE, List.of(), new int[] {30}, image -> image % 7 - 1, DamagedShardIT::pixels);
        var shard = data.description().shards().get(0);
        var fileSystem = FileSystem.getLocal(new Configuration());
        var folder = new Path(local.toUri());
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
