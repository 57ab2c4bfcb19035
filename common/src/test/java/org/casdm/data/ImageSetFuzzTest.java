package org.casdm.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as the files of image sets that are read in place: read, or refused by name. */
class ImageSetFuzzTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();
    private static final int SIZE = 8;
    private static final int IMAGES_READ = 3;
    private static final String IDX_IMAGES = "train-images-idx3-ubyte";
    private static final String IDX_LABELS = "train-labels-idx1-ubyte";
    /** Three images of one pixel. */
    private static final byte[] THREE_IMAGES = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7};

    private static final byte[] THREE_LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 0, 9, 5};

    static Stream<byte[]> cifarFiles() {
        byte[] several = Resources.bytes("/cifar/cifar10_mini.bin");
        int record = 1 + CifarImageSet.PIXEL_BYTES;
        return Stream.of(Arrays.copyOf(several, record), Arrays.copyOf(several, 2 * record + 1));
    }

    static Stream<byte[]> idxFiles() throws IOException {
        return Stream.of(THREE_IMAGES, THREE_LABELS, gzip(THREE_IMAGES), gzip(THREE_LABELS));
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    @MethodSource("cifarFiles")
    @FuzzTest
    void cifar(byte[] content) {
        read(MemoryFiles.file("data_batch_1.bin", content), ImageFormat.CIFAR10, "data_batch_1.bin");
        read(MemoryFiles.file("train.bin", content), ImageFormat.CIFAR100, "train.bin");
    }

    @MethodSource("idxFiles")
    @FuzzTest
    void idx(byte[] content) {
        read(MemoryFiles.file(IDX_IMAGES, content), ImageFormat.IDX, IDX_IMAGES);
        read(MemoryFiles.folder(Map.of(IDX_IMAGES, THREE_IMAGES, IDX_LABELS, content)), ImageFormat.IDX, IDX_LABELS);
    }

    private static void read(Path path, ImageFormat format, String name) {
        Untrusted.isRead(name, () -> {
            ImageSet set = new ImageSetFinder(HADOOP).find(path.toString(), format);
            try (ImageReader reader = set.open(HADOOP, ReadOptions.ofSize(SIZE))) {
                readSome(reader, set.count());
            }
        });
    }

    private static void readSome(ImageReader reader, long count) {
        var pixels = new byte[SIZE * SIZE * 3];
        for (long index = 0; index < Math.min(IMAGES_READ, count); index++) {
            long image = index;
            Untrusted.isRead(reader.id(image), () -> reader.read(image, pixels, 0));
            Untrusted.isRead(reader.id(image), () -> reader.label(image));
        }
    }
}
