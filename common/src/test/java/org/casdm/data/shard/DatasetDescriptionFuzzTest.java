package org.casdm.data.shard;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.storage.Storage;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as {@code dataset.json}: read, or refused by name. */
class DatasetDescriptionFuzzTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();

    static Stream<byte[]> descriptions() {
        return Stream.of(String.format(Locale.ROOT, """
                {"format": 1, "count": 5, "size": 32, "channels": 3, "classes": ["cat", "dog"],
                 "source": "s3a://bucket/raw", "transform": "none", "seed": 7, "split": "all",
                 "shards": [{"name": "part-00000.parquet", "count": 5, "bytes": 1000, "sha256": "%s",
                             "rowGroups": [3, 2]}],
                 "skipped": [{"id": "a/1.png", "reason": "the file is empty"}]}""", "0f".repeat(32)).getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("descriptions")
    @FuzzTest
    void read(byte[] content) {
        var folder = MemoryFiles.folder(Map.of(DatasetDescription.FILE_NAME, content));
        Untrusted.isRead(DatasetDescription.FILE_NAME, () -> {
            var set = DataFolder.at(folder.toString(), HADOOP);
            set.rowGroups();
            set.summary();
            requireNamesInFolder(set.description());
        });
    }

    private static void requireNamesInFolder(DatasetDescription description) throws IOException {
        for (var shard : description.shards()) {
            if (!Storage.path("memory:/folder/" + shard.name())
                    .getParent()
                    .toString()
                    .equals("memory:/folder")) {
                throw new AssertionError("outside of the folder: " + shard.name());
            }
        }
    }
}
