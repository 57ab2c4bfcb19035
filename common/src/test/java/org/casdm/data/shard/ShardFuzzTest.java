package org.casdm.data.shard;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a shard: read, or refused by name. */
class ShardFuzzTest {

    private static final String NAME = "part-00000.parquet";
    private static final int SIZE = 2;
    private static final int ROW_GROUPS_READ = 3;
    private static final Configuration HADOOP = MemoryFiles.configuration();

    static Stream<byte[]> shards() throws IOException {
        var folder = Files.createTempDirectory("casdm-shard");
        try {
            var written = folder.resolve(NAME);
            var local = FileSystem.getLocal(new Configuration()).getRawFileSystem();
            try (var writer = new ShardWriter(local, new Path(written.toString()), SIZE)) {
                for (int i = 0; i < 4; i++) {
                    writer.write("image " + i, i % 3, new byte[SIZE * SIZE * 3], 0);
                }
                writer.finish();
            }
            return Stream.of(Files.readAllBytes(written), Resources.bytes("/shards/pyarrow.parquet"));
        } finally {
            Files.deleteIfExists(folder.resolve(NAME));
            Files.delete(folder);
        }
    }

    @MethodSource("shards")
    @FuzzTest
    void read(byte[] content) throws IOException {
        var path = MemoryFiles.file(NAME, content);
        var fileSystem = FileSystem.get(path.toUri(), HADOOP);
        Untrusted.isRead(NAME, () -> {
            try (var reader = ShardReader.open(fileSystem, path, SIZE)) {
                for (int group = 0;
                        group < Math.min(ROW_GROUPS_READ, reader.rowGroups().size());
                        group++) {
                    reader.readRowGroup(group);
                }
            }
        });
    }
}
