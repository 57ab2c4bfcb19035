package org.casdm.job.sample.folder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.PngWriter;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.Sha256;

/** A part as pictures: {@code png/000000042.png}, or {@code png/0007/000000042.png} for an image of class 7. */
final class PngPartWriter implements PartWriter {

    private static final String FOLDER = "png";

    private final FileSystem fileSystem;
    private final Path folder;
    private final SampleRange range;
    private final ImageShape shape;
    private final MessageDigest digest = Sha256.newDigest();
    private long bytes;

    PngPartWriter(FileSystem fileSystem, Path folder, SampleRange range, ImageShape shape) {
        this.fileSystem = fileSystem;
        this.folder = folder;
        this.range = range;
        this.shape = shape;
    }

    static List<String> fileNames(SampleRange range, ClassCycle classes) {
        return IntStream.range(0, range.count())
                .mapToObj(i -> fileName(range.first() + i, classes.label(range.first() + i)))
                .toList();
    }

    private static String fileName(long image, int label) {
        return FOLDER + "/" + (label == DatasetDescription.NO_LABEL ? "" : String.format(Locale.ROOT, "%04d/", label))
                + String.format(Locale.ROOT, "%09d.png", image);
    }

    static void read(
            FileSystem fileSystem,
            Path folder,
            Part part,
            ClassCycle classes,
            ImageShape shape,
            PartFormat.ImageSink sink)
            throws IOException {
        var decoder = new ImageDecoder();
        for (long image = part.first(); image < part.range().end(); image++) {
            var file = new Path(folder, fileName(image, classes.label(image)));
            byte[] content;
            try (var stream = fileSystem.open(file)) {
                content = stream.readAllBytes();
            }
            var picture = decoder.decode(content, file.toString());
            sink.accept(
                    image,
                    classes.label(image),
                    new ImageShape(shape.size(), picture.channels()).stored(picture.samples()),
                    0);
        }
    }

    @Override
    public void write(long image, int label, byte[] pixels, int offset) throws IOException {
        var png = new ByteArrayOutputStream();
        PngWriter.write(
                Arrays.copyOfRange(pixels, offset, offset + shape.storedBytes()), shape.size(), shape.size(), png);
        var content = png.toByteArray();
        AtomicFile.write(fileSystem, new Path(folder, fileName(image, label)), content);
        digest.update(content);
        bytes += content.length;
    }

    @Override
    public Part finish() {
        return new Part(range.first(), range.count(), bytes, Sha256.hex(digest), List.of());
    }

    @Override
    public void close() {
        // Every picture is whole by itself; those of an unfinished part are written again.
    }
}
