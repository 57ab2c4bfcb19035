package org.casdm.job.sample.folder;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** How a part lies in the folder. */
public enum PartFormat {
    /** One Parquet file, a shard as training reads it. */
    PARQUET {
        @Override
        public PartWriter write(FileSystem fileSystem, Path folder, SampleRange range, ImageShape shape)
                throws IOException {
            return new ParquetPartWriter(fileSystem, folder, range, shape);
        }

        @Override
        void read(FileSystem fileSystem, Path folder, Part part, ClassCycle classes, ImageShape shape, ImageSink sink)
                throws IOException {
            ParquetPartWriter.read(fileSystem, folder, part, shape, sink);
        }

        @Override
        public List<String> files(SampleRange range, ClassCycle classes) {
            return List.of(ParquetPartWriter.fileName(range));
        }
    },
    /** A PNG file for each image, in subfolders by class if there are classes. */
    PNG {
        @Override
        public PartWriter write(FileSystem fileSystem, Path folder, SampleRange range, ImageShape shape) {
            return new PngPartWriter(fileSystem, folder, range, shape);
        }

        @Override
        void read(FileSystem fileSystem, Path folder, Part part, ClassCycle classes, ImageShape shape, ImageSink sink)
                throws IOException {
            PngPartWriter.read(fileSystem, folder, part, classes, shape, sink);
        }

        @Override
        public List<String> files(SampleRange range, ClassCycle classes) {
            return PngPartWriter.fileNames(range, classes);
        }
    };

    /** Takes images as they are read, in order. */
    @FunctionalInterface
    interface ImageSink {

        /** @param pixels size × size × 3 unsigned bytes, channel last, from {@code offset} on; not to be kept */
        void accept(long image, int label, byte[] pixels, int offset) throws IOException;
    }

    /** Begins to write a part. */
    public abstract PartWriter write(FileSystem fileSystem, Path folder, SampleRange range, ImageShape shape)
            throws IOException;

    /** Reads a part's images. */
    abstract void read(
            FileSystem fileSystem, Path folder, Part part, ClassCycle classes, ImageShape shape, ImageSink sink)
            throws IOException;

    /** The names of a part's files within the folder. */
    public abstract List<String> files(SampleRange range, ClassCycle classes);
}
