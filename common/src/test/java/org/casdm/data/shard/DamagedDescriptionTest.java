package org.casdm.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.testing.Damage;
import org.casdm.testing.MemoryFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged {@code dataset.json} is noticed, down to a class's name. */
class DamagedDescriptionTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();

    @Test
    void everyDamageIsNoticed(@TempDir java.nio.file.Path folder) throws IOException {
        var description = new DatasetDescription(
                5,
                32,
                3,
                List.of("cat", "dög"),
                "s3a://bucket/raw",
                "none",
                7,
                "all",
                List.of(new ShardFile("part-00000.parquet", 5, 1000, "0f".repeat(32), List.of(3, 2))),
                List.of(new SkippedRecord("a/1.png", "the file is empty")));
        description.write(FileSystem.getLocal(new Configuration()).getRawFileSystem(), new Path(folder.toUri()));
        var content = Files.readAllBytes(folder.resolve(DatasetDescription.FILE_NAME));
        int refused = Damage.requireNoticed(
                DatasetDescription.FILE_NAME, content, Integer.MAX_VALUE, DamagedDescriptionTest::read);
        assertThat(refused).as("cuts and more").isGreaterThan(content.length);
        assertThat(read(content)).isEqualTo(description);
    }

    private static DatasetDescription read(byte[] content) throws IOException {
        var folder = MemoryFiles.folder(Map.of(DatasetDescription.FILE_NAME, content));
        return DatasetDescription.read(folder.getFileSystem(HADOOP), folder);
    }
}
