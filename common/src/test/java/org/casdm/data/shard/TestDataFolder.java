package org.casdm.data.shard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** Data folders as {@code prepare} writes them, without Spark. */
public final class TestDataFolder {

    private TestDataFolder() {}

    /**
     * Writes a data folder.
     *
     * @param counts images of each shard
     * @param labels of the images, by their number
     * @param pixels of the images, by their number
     */
    public static DataFolder write(
            Path folder,
            int size,
            List<String> classes,
            int[] counts,
            IntUnaryOperator labels,
            IntFunction<byte[]> pixels)
            throws IOException {
        var hadoop = new Configuration();
        var fileSystem = FileSystem.getLocal(hadoop);
        var path = new org.apache.hadoop.fs.Path(folder.toUri());
        var shards = new ArrayList<ShardFile>();
        int image = 0;
        for (int count : counts) {
            var file =
                    new org.apache.hadoop.fs.Path(path, String.format(Locale.ROOT, "part-%05d.parquet", shards.size()));
            try (var writer = new ShardWriter(fileSystem, file, size)) {
                for (int i = 0; i < count; i++, image++) {
                    writer.write("image " + image, labels.applyAsInt(image), pixels.apply(image), 0);
                }
                shards.add(writer.finish());
            }
        }
        new DatasetDescription(image, size, 3, classes, folder.toString(), "none", 0, "all", shards, List.of())
                .write(fileSystem, path);
        return DataFolder.at(folder.toString(), hadoop);
    }
}
