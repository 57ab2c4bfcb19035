package org.casdm.job.sample.folder;

import java.io.IOException;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.shard.ShardReader;
import org.casdm.data.shard.ShardWriter;

/** A part as a shard: {@code part-000000096.parquet}, by the number of its first image. */
final class ParquetPartWriter implements PartWriter {

    private final ShardWriter shard;
    private final SampleRange range;

    ParquetPartWriter(FileSystem fileSystem, Path folder, SampleRange range, ImageShape shape) throws IOException {
        this.range = range;
        shard = new ShardWriter(fileSystem, new Path(folder, fileName(range)), shape.size());
    }

    static String fileName(SampleRange range) {
        return String.format(Locale.ROOT, "part-%09d.parquet", range.first());
    }

    /** What {@code dataset.json} says of a part. */
    static ShardFile describe(Part part) {
        return new ShardFile(fileName(part.range()), part.count(), part.bytes(), part.sha256(), part.rowGroups());
    }

    static void read(FileSystem fileSystem, Path folder, Part part, ImageShape shape, PartFormat.ImageSink sink)
            throws IOException {
        try (var reader = ShardReader.open(fileSystem, folder, describe(part), shape.size())) {
            long image = part.first();
            for (int group = 0; group < part.rowGroups().size(); group++) {
                var images = reader.readRowGroup(group);
                for (int i = 0; i < images.count(); i++) {
                    sink.accept(image++, images.labels()[i], images.pixels(), i * shape.storedBytes());
                }
            }
        }
    }

    @Override
    public void write(long image, int label, byte[] pixels, int offset) throws IOException {
        shard.write(String.format(Locale.ROOT, "%09d", image), label, pixels, offset);
    }

    @Override
    public Part finish() throws IOException {
        var file = shard.finish();
        return new Part(range.first(), range.count(), file.bytes(), file.sha256(), file.rowGroups());
    }

    @Override
    public void close() throws IOException {
        shard.close();
    }
}
