package org.casdm.data.source;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
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
        var path = MemoryFiles.file(name, content);
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
