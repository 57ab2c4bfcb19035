package org.casdm.data.source.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.casdm.data.picture.TestPictures;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipPartTest {
    private static final byte[] PICTURE = TestPictures.bytes("decode/rgb.png");

    @TempDir
    private Path folder;

    @Test
    void labelsAreFoldersAndIdsAreNames() throws Exception {
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "zebra/a.png", PICTURE, 0);
            put(output, "ant/b.JPEG", PICTURE, 0);
            put(output, "list.txt", new byte[] {1}, 0);
            put(output, "__MACOSX/._x.png", PICTURE, 0);
        }
        ImageSource source = reading().find(zip, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.ZIP);
        assertThat(source.classNames()).containsExactly("ant", "zebra");
        assertThat(source.summary()).contains("2 pictures", "2 classes", "2 other files ignored");
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images).extracting(RawImage::id).containsExactly("zebra/a.png", "ant/b.JPEG");
        assertThat(images).extracting(RawImage::label).containsExactly(1, 0);
        assertThat(((EncodedPicture) images.get(1).payload()).content()).isEqualTo(PICTURE);
    }

    @Test
    void parts_areReadWithoutTheDirectory() throws Exception {
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "a/1.png", PICTURE, 0);
            put(output, "b/2.png", PICTURE, 0);
        }
        ImageSource source = reading().find(zip, SourceFormat.AUTO);
        byte[] content = Files.readAllBytes(zip);
        Arrays.fill(content, indexOf(content, 0x02014b50, 0), content.length, (byte) 0);
        Files.write(zip, content);
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images).extracting(RawImage::id).containsExactly("a/1.png", "b/2.png");
        assertThat(images)
                .allSatisfy(image ->
                        assertThat(((EncodedPicture) image.payload()).content()).isEqualTo(PICTURE));
    }

    @Test
    void zip64AndAProgramBeforeTheArchive_areRead() throws Exception {
        Path plain = folder.resolve("plain.zip");
        try (var output = new ZipArchiveOutputStream(plain.toFile())) {
            output.setUseZip64(Zip64Mode.Always);
            put(output, "a.png", PICTURE, 0);
            put(output, "b.png", PICTURE, 0);
        }
        Path zip = folder.resolve("unpack.exe");
        try (var output = Files.newOutputStream(zip)) {
            Files.copy(plain, output);
        }
        List<SourceRecord> records = reading().records(zip, SourceFormat.AUTO);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("a.png", "b.png");
        byte[] before = "#!/bin/sh\nunzip $0\n".getBytes(StandardCharsets.US_ASCII);
        try (var output = Files.newOutputStream(zip)) {
            output.write(before);
            Files.copy(plain, output);
        }
        records = reading().records(zip, SourceFormat.ZIP);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("a.png", "b.png");
    }

    @Test
    void entriesCompressedByBzip2_areRead() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var output = new BZip2CompressorOutputStream(packed)) {
            output.write(PICTURE);
        }
        var checksum = new CRC32();
        checksum.update(PICTURE);
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            var entry = new ZipArchiveEntry("a.png");
            entry.setMethod(ZipMethod.BZIP2.getCode());
            entry.setSize(PICTURE.length);
            entry.setCompressedSize(packed.size());
            entry.setCrc(checksum.getValue());
            output.addRawArchiveEntry(entry, new ByteArrayInputStream(packed.toByteArray()));
        }
        List<SourceRecord> records = reading().records(zip, SourceFormat.ZIP);
        assertThat(((EncodedPicture) SourceReading.images(records).get(0).payload()).content())
                .isEqualTo(PICTURE);
    }

    @Test
    void aZipThatHasChanged_isRefused() throws Exception {
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "a.png", PICTURE, 0);
        }
        ImageSource source = reading().find(zip, SourceFormat.AUTO);
        Files.write(zip, new byte[10], StandardOpenOption.APPEND);
        assertThatThrownBy(() -> reading().records(source))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Run again when nothing writes to it");
    }

    @Test
    void namesThatLeadElsewhereAndLinksAreRefused() throws Exception {
        Path zip = folder.resolve("evil.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "good.png", PICTURE, 0);
            put(output, "../../up.png", PICTURE, 0);
            put(output, "/root.png", PICTURE, 0);
            put(output, "C:\\windows.png", PICTURE, 0);
            put(output, "link.png", "/etc/passwd".getBytes(StandardCharsets.US_ASCII), UnixStat.LINK_FLAG | 0777);
        }
        List<SourceRecord> records = reading().records(zip, SourceFormat.ZIP);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("good.png");
        assertThat(SourceReading.bad(records))
                .extracting(BadRecord::reason)
                .containsExactlyInAnyOrder(
                        "its name leads out of the archive (..)", "its name is an absolute path",
                        "its name is an absolute path", "a symbolic link");
    }

    @Test
    void bombsAreNotInflated() throws Exception {
        Path zip = folder.resolve("bomb.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "zeros.bmp", new byte[40 << 20], 0);
            put(output, "large.bmp", new byte[3 << 20], 0);
            put(output, "good.png", PICTURE, 0);
        }
        var limits = new SourceLimits(1000, 64 << 20, 100, false);
        List<SourceRecord> records = new SourceReading(limits, folder).records(zip, SourceFormat.ZIP);
        assertThat(((BadRecord) records.get(0)).reason()).contains("--max-ratio allows");
        assertThat(records.get(1)).isInstanceOf(RawImage.class);
        var strict = new SourceReading(new SourceLimits(1000, 2 << 20, 100, false), folder);
        assertThat(SourceReading.bad(strict.records(zip, SourceFormat.ZIP)))
                .extracting(BadRecord::reason)
                .containsOnly("larger than 2 MiB, the limit that --max-bytes sets")
                .hasSize(2);
    }

    @Test
    void aDirectoryThatLiesAboutSizesIsFoundOut() throws Exception {
        Path zip = folder.resolve("liar.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "a.bmp", new byte[50_000], 0);
            put(output, "b.bmp", new byte[50_000], 0);
        }
        byte[] content = Files.readAllBytes(zip);
        int directory = indexOf(content, 0x02014b50, 0);
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 24, 1000);
        Files.write(zip, content);
        List<SourceRecord> records = reading().records(zip, SourceFormat.ZIP);
        assertThat(records.get(0))
                .isEqualTo(new BadRecord("a.bmp", "not as long as the zip's directory says (1000 bytes)"));
        assertThat(records.get(1)).isInstanceOf(RawImage.class);
    }

    @Test
    void entriesThatShareTheirDataAreRefused() throws Exception {
        Path zip = folder.resolve("shared.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "a.bmp", new byte[50_000], 0);
            put(output, "b.bmp", new byte[50_000], 0);
        }
        byte[] content = Files.readAllBytes(zip);
        int second = indexOf(content, 0x02014b50, indexOf(content, 0x02014b50, 0) + 4);
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(second + 42, 0);
        Files.write(zip, content);
        List<SourceRecord> records = reading().records(zip, SourceFormat.ZIP);
        assertThat(SourceReading.images(records)).hasSize(1);
        assertThat(SourceReading.bad(records))
                .extracting(BadRecord::reason)
                .containsExactly("its data overlaps another entry's");
    }

    @Test
    void damagedDataIsBadAndTheNextEntryIsRead() throws Exception {
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "a.png", PICTURE, 0);
            put(output, "b.png", PICTURE, 0);
        }
        byte[] content = Files.readAllBytes(zip);
        Arrays.fill(content, 1000, 1200, (byte) 7);
        Files.write(zip, content);
        List<SourceRecord> records = reading().records(zip, SourceFormat.ZIP);
        assertThat(((BadRecord) records.get(0)).reason()).startsWith("damaged in the zip");
        assertThat(records.get(1)).isInstanceOf(RawImage.class);
    }

    @Test
    void truncatedZip_isReported() throws Exception {
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            put(output, "a.png", PICTURE, 0);
        }
        byte[] content = Files.readAllBytes(zip);
        Files.write(zip, Arrays.copyOf(content, 2000));
        assertThatThrownBy(() -> reading().find(zip, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("set.zip")
                .hasMessageContaining("Download it again");
    }

    private static int indexOf(byte[] content, int signature, int from) {
        var bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int at = from;
        while (bytes.getInt(at) != signature) {
            at++;
        }
        return at;
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }

    private static void put(ZipArchiveOutputStream zip, String name, byte[] content, int mode) throws Exception {
        var entry = new ZipArchiveEntry(name);
        if (mode != 0) {
            entry.setUnixMode(mode);
        }
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }
}
