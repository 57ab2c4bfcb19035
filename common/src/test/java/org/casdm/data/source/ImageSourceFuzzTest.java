package org.casdm.data.source;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageTypeParser;
import org.casdm.data.source.array.CifarPart;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as archives of pictures: read, or refused by name, as a whole or entry by entry. */
class ImageSourceFuzzTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();
    private static final SourceLimits LIMITS = new SourceLimits(1 << 16, 1 << 20, 200, false);
    private static final int RECORDS_READ = 100;
    private static final String IDX_IMAGES = "train-images-idx3-ubyte";
    private static final String IDX_LABELS = "train-labels-idx1-ubyte";
    /** Three images of one pixel. */
    private static final byte[] THREE_IMAGES = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7};

    private static final byte[] THREE_LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 0, 9, 5};

    static Stream<byte[]> tars() throws IOException {
        byte[] pictures = tar(
                "a/1.png",
                Resources.bytes("/pictures/decode/palette2.png"),
                "b/" + "long".repeat(30) + ".bmp",
                Resources.bytes("/pictures/decode/bilevel.bmp"));
        byte[] outer = tar("n01440764.tar", pictures, "n01440765.tar", new byte[1024]);
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(pictures);
        }
        return Stream.of(pictures, outer, compressed.toByteArray());
    }

    private static byte[] tar(String firstName, byte[] first, String secondName, byte[] second) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes, 512)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            add(tar, firstName, first);
            add(tar, secondName, second);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    static Stream<byte[]> zips() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a/1.png"));
            zip.write(Resources.bytes("/pictures/decode/palette2.png"));
            zip.putNextEntry(new ZipEntry("b/2.bmp"));
            zip.write(Resources.bytes("/pictures/decode/bilevel.bmp"));
        }
        return Stream.of(bytes.toByteArray());
    }

    static Stream<byte[]> batches() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var npz = new NpzWriter("batch", bytes)) {
            npz.write("data", NpyHeader.of(NpyType.UINT8, 2, 12), sink -> sink.accept(new byte[24], 0, 24));
            npz.write("labels", NpyHeader.of(NpyType.INT32, 2), sink -> sink.accept(new int[] {1, 2}, 0, 2));
        }
        return Stream.of(bytes.toByteArray(), Resources.bytes("/npy/deflated.npz"));
    }

    static Stream<byte[]> cifarFiles() {
        byte[] several = Resources.bytes("/cifar/cifar10_mini.bin");
        int record = CifarPart.recordBytes(SourceFormat.CIFAR10);
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

    static Stream<byte[]> parquetFiles() throws IOException {
        var type = MessageTypeParser.parseMessageType(
                "message m { optional group image { optional binary bytes; } optional int64 label; }");
        Path file = Files.createTempFile("pictures", ".parquet");
        try {
            var row = new SimpleGroupFactory(type).newGroup();
            row.addGroup("image")
                    .append("bytes", Binary.fromConstantByteArray(Resources.bytes("/pictures/decode/palette2.png")));
            row.append("label", 1L);
            try (var writer = ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
                    .withType(type)
                    .withConf(new Configuration())
                    .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                    .build()) {
                writer.write(row);
            }
            return Stream.of(Files.readAllBytes(file));
        } finally {
            Files.delete(file);
        }
    }

    @MethodSource("cifarFiles")
    @FuzzTest
    void cifar(byte[] content) {
        read("data_batch_1.bin", content, SourceFormat.CIFAR10);
        read("train.bin", content, SourceFormat.CIFAR100);
    }

    @MethodSource("idxFiles")
    @FuzzTest
    void idx(byte[] content) {
        read(IDX_IMAGES, content, SourceFormat.IDX);
        read(IDX_LABELS, MemoryFiles.folder(Map.of(IDX_IMAGES, THREE_IMAGES, IDX_LABELS, content)), SourceFormat.IDX);
    }

    @MethodSource("parquetFiles")
    @FuzzTest
    void parquet(byte[] content) {
        read("pictures.parquet", content, SourceFormat.PARQUET);
    }

    @MethodSource("tars")
    @FuzzTest
    void tar(byte[] content) {
        read("pictures.tar", content, SourceFormat.TAR);
        read("ILSVRC2012_img_train.tar", content, SourceFormat.IMAGENET);
        read("something.tar", content, SourceFormat.AUTO);
    }

    @MethodSource("zips")
    @FuzzTest
    void zip(byte[] content) {
        read("pictures.zip", content, SourceFormat.ZIP);
        read("something", content, SourceFormat.AUTO);
    }

    @MethodSource("batches")
    @FuzzTest
    void imagenetNpz(byte[] content) {
        read("train_data_batch_1.npz", content, SourceFormat.IMAGENET_NPZ);
    }

    private static void read(String name, byte[] content, SourceFormat format) {
        read(name, MemoryFiles.file(name, content), format);
    }

    private static void read(String name, org.apache.hadoop.fs.Path path, SourceFormat format) {
        Untrusted.isRead(name, () -> {
            ImageSource source = new ImageSources(HADOOP, LIMITS).find(path.toString(), format);
            var context = new ReadContext(HADOOP, LIMITS, new LocalCopies(Path.of("nothing-is-copied")));
            for (SourcePart part : source.parts()) {
                readRecords(part, context);
            }
        });
    }

    private static void readRecords(SourcePart part, ReadContext context) throws IOException {
        var decoder = LIMITS.decoder();
        try (SourceRecords records = part.open(context)) {
            for (int i = 0; i < RECORDS_READ && records.hasNext(); i++) {
                if (records.next() instanceof RawImage image) {
                    Untrusted.isRead(image.id(), () -> image.picture(decoder));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
