package org.casdm.data.source.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.casdm.data.BadImageException;
import org.casdm.data.picture.TestPictures;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFixtures;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarPartTest {
    private static final byte[] PICTURE = TestPictures.bytes("decode/rgb.png");

    @TempDir
    private Path folder;

    @Test
    void theImageNetFixtureHasWhatItIsExpectedToHave() throws Exception {
        var expected = SourceFixtures.expected("imagenet");
        Path tar = SourceFixtures.copy("ILSVRC2012_img_train_mini.tar", folder);
        ImageSource source = reading().find(tar, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.IMAGENET);
        assertThat(source.classNames()).containsExactly("n01440764", "n02105855", "n03445777");
        assertThat(source.parts()).as("inner tars are read apart").hasSize(3);

        List<SourceRecord> records = reading().records(source);
        assertThat(records).hasSize(expected.get("records").asInt());
        Map<String, Integer> good = new HashMap<>();
        List<String> bad = new ArrayList<>();
        for (RawImage image : SourceReading.images(records)) {
            String name = source.classNames().get(image.label());
            assertThat(image.id()).startsWith(name + "/" + name + "_");
            try {
                image.picture(SourceLimits.DEFAULT.decoder());
                good.merge(name, 1, Integer::sum);
            } catch (BadImageException e) {
                bad.add(image.id().substring(name.length() + 1));
            }
        }
        assertThat(good.values().stream().mapToInt(count -> count).sum())
                .isEqualTo(expected.get("good").asInt());
        expected.get("good_by_synset")
                .fields()
                .forEachRemaining(synset -> assertThat(good)
                        .containsEntry(synset.getKey(), synset.getValue().asInt()));
        List<String> expectedBad = new ArrayList<>();
        expected.get("bad").forEach(name -> expectedBad.add(name.asText()));
        assertThat(bad).containsExactlyInAnyOrderElementsOf(expectedBad);
    }

    @Test
    void aFolderOfSynsetTarsIsTheSame() throws Exception {
        for (String synset : new String[] {"n00000002", "n00000001"}) {
            Files.write(folder.resolve(synset + ".tar"), tar(Map.of(synset + "_1.JPEG", PICTURE)));
        }
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.IMAGENET);
        assertThat(source.classNames()).containsExactly("n00000001", "n00000002");
        assertThat(SourceReading.ids(reading().records(source)))
                .containsExactly("n00000001/n00000001_1.JPEG", "n00000002/n00000002_1.JPEG");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTarOfPicturesCompressedOrNot(boolean compressed) throws Exception {
        byte[] content =
                tar(Map.of("./a/b.JPG", PICTURE, "list.txt", new byte[] {1}, "x".repeat(150) + ".png", PICTURE));
        Path tar = folder.resolve(compressed ? "pictures.tgz" : "pictures.tar");
        Files.write(tar, compressed ? gzip(content) : content);
        ImageSource source = reading().find(tar, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.TAR);
        assertThat(source.classNames()).isEmpty();
        List<SourceRecord> records = reading().records(source);
        assertThat(SourceReading.bad(records)).isEmpty();
        assertThat(SourceReading.ids(records)).containsExactlyInAnyOrder("a/b.JPG", "x".repeat(150) + ".png");
        RawImage image = SourceReading.images(records).get(0);
        assertThat(image.label()).isEqualTo(DatasetDescription.NO_LABEL);
        assertThat(((EncodedPicture) image.payload()).content()).isEqualTo(PICTURE);
    }

    @Test
    void tarsInAFolderAreReadApartAndTheirNamesTellIdsApart() throws Exception {
        Files.write(folder.resolve("b.tar"), tar(Map.of("1.png", PICTURE)));
        Files.write(folder.resolve("a.tar.gz"), gzip(tar(Map.of("1.png", PICTURE))));
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.TAR);
        assertThat(source.parts()).hasSize(2);
        assertThat(SourceReading.ids(reading().records(source))).containsExactly("a.tar.gz/1.png", "b.tar/1.png");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTarCutWithinAnEntryGivesWhatComesBefore(boolean compressed) throws Exception {
        byte[] content = tar(Map.of("a.png", PICTURE));
        content = Arrays.copyOf(content, 512 + 4096 + 512 + 700);
        byte[] second = tar(Map.of("b.png", PICTURE));
        System.arraycopy(second, 0, content, 512 + 3584, 512 + 1000);
        content = Arrays.copyOf(content, 512 + 3584 + 512 + 1000);
        Path tar = folder.resolve("cut.tar");
        Files.write(tar, compressed ? gzip(content) : content);
        List<SourceRecord> records = reading().records(tar, SourceFormat.TAR);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("a.png");
        assertThat(SourceReading.bad(records)).singleElement().satisfies(bad -> {
            assertThat(bad.id()).isEqualTo("cut.tar");
            assertThat(bad.reason()).startsWith("cut short").contains(" of ", tar.toString());
            assertThat(bad.reason()).contains(compressed ? "(byte 5608 unpacked)" : "at byte 5608 of");
        });
    }

    @Test
    void tarWithoutEndMarker_isReported() throws Exception {
        byte[] content = tar(Map.of("a.png", PICTURE));
        Path tar = folder.resolve("cut.tar");
        Files.write(tar, Arrays.copyOf(content, 512 + 3584));
        List<SourceRecord> records = reading().records(tar, SourceFormat.TAR);
        assertThat(SourceReading.images(records)).hasSize(1);
        assertThat(SourceReading.bad(records))
                .singleElement()
                .satisfies(bad ->
                        assertThat(bad.reason()).contains("the end-of-archive marker is missing", "at byte 4096"));
    }

    @Test
    void truncatedGzip_isReported() throws Exception {
        byte[] whole = gzip(tar(Map.of("a.png", PICTURE)));
        Path tar = folder.resolve("cut.tar.gz");
        Files.write(tar, Arrays.copyOf(whole, whole.length / 2));
        List<SourceRecord> records = reading().records(tar, SourceFormat.TAR);
        assertThat(records)
                .singleElement()
                .isInstanceOf(BadRecord.class)
                .satisfies(bad -> assertThat(((BadRecord) bad).reason()).startsWith("cut short"));
    }

    @ParameterizedTest
    @CsvSource({"40000,1", "60000,2", "150000,3"})
    void anOuterTarCutShortGivesTheInnerOnesBefore(int length, int parts) throws Exception {
        byte[] whole = Files.readAllBytes(SourceFixtures.copy("ILSVRC2012_img_train_mini.tar", folder));
        Path tar = folder.resolve("cut.tar");
        Files.write(tar, Arrays.copyOf(whole, length));
        ImageSource source = reading().find(tar, SourceFormat.AUTO);
        assertThat(source.parts()).hasSize(parts);
        List<SourceRecord> records = reading().records(source);
        assertThat(SourceReading.images(records)).isNotEmpty();
        assertThat(SourceReading.bad(records))
                .singleElement()
                .satisfies(bad -> assertThat(bad.reason()).contains("cut short", " byte ", "cut.tar"));
    }

    @Test
    void outerTarCutBetweenInnerTars_isReported() throws Exception {
        byte[] whole = Files.readAllBytes(SourceFixtures.copy("ILSVRC2012_img_train_mini.tar", folder));
        Path tar = folder.resolve("cut.tar");
        Files.write(tar, Arrays.copyOf(whole, 512 + 51_200));
        List<SourceRecord> records = reading().records(tar, SourceFormat.AUTO);
        assertThat(SourceReading.images(records)).hasSize(7);
        assertThat(SourceReading.bad(records))
                .singleElement()
                .satisfies(bad ->
                        assertThat(bad.reason()).contains("the outer tar is cut short or damaged at byte 51712 of"));
    }

    @Test
    void namesThatLeadElsewhereAndLinksAreRefused() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            put(tar, "good.png", PICTURE);
            put(tar, "../up.png", PICTURE);
            put(tar, "a/../../up.png", PICTURE);
            put(tar, "/etc/passwd", PICTURE);
            link(tar, "soft.png", TarConstants.LF_SYMLINK);
            link(tar, "hard.png", TarConstants.LF_LINK);
            link(tar, "pipe.png", TarConstants.LF_FIFO);
        }
        Files.write(folder.resolve("evil.tar"), bytes.toByteArray());
        List<SourceRecord> records = reading().records(folder.resolve("evil.tar"), SourceFormat.TAR);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("good.png");
        assertThat(SourceReading.bad(records))
                .containsExactly(
                        new BadRecord("../up.png", "its name leads out of the archive (..)"),
                        new BadRecord("a/../../up.png", "its name leads out of the archive (..)"),
                        new BadRecord("/etc/passwd", "its name is an absolute path"),
                        new BadRecord("soft.png", "a symbolic link"),
                        new BadRecord("hard.png", "a hard link"),
                        new BadRecord("pipe.png", "a device or pipe"));
    }

    @Test
    void entriesBeyondTheLimitAreSkippedAndTheNextOnesRead() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            put(tar, "large.bmp", new byte[5000]);
            put(tar, "small.png", PICTURE);
        }
        Files.write(folder.resolve("a.tar"), bytes.toByteArray());
        var reading = new SourceReading(new SourceLimits(1000, 4000, 100, false), folder);
        List<SourceRecord> records = reading.records(folder.resolve("a.tar"), SourceFormat.TAR);
        assertThat(records.get(0))
                .isEqualTo(new BadRecord("large.bmp", "larger than 4000 bytes, the limit that --max-bytes sets"));
        assertThat(records.get(1).id()).isEqualTo("small.png");
    }

    @Test
    void aBombOfZerosIsStopped() throws Exception {
        Path bomb = folder.resolve("bomb.tar.gz");
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(bomb)))) {
            put(tar, "first.png", PICTURE);
            var entry = new TarArchiveEntry("zeros.bmp");
            entry.setSize(64 << 20);
            tar.putArchiveEntry(entry);
            for (int i = 0; i < 64; i++) {
                tar.write(new byte[1 << 20]);
            }
            tar.closeArchiveEntry();
        }
        var reading = new SourceReading(new SourceLimits(1000, 128 << 20, 50, false), folder);
        List<SourceRecord> records = reading.records(bomb, SourceFormat.TAR);
        assertThat(records.get(0)).isInstanceOf(RawImage.class);
        assertThat(records).hasSize(2);
        assertThat(((BadRecord) records.get(1)).reason()).contains("grows by more than a factor of 50", "--max-ratio");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mtime=1e1000000", "atime=1E-1000000", "LIBARCHIVE.creationtime=1e1000000"})
    void aTimeThatTakesHoursToReadIsRefused(String record) throws Exception {
        Path tar = Files.write(folder.resolve("slow.tar"), withRecord(record));
        List<SourceRecord> records = reading().records(tar, SourceFormat.TAR);
        assertThat(SourceReading.bad(records))
                .singleElement()
                .satisfies(bad -> assertThat(bad.reason()).contains("a time in the headers", "slow.tar"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mtime=1400000000.123456789", "ctime=-12.5", "comment=time=1e9 mtime 1e9"})
    void usualTimesAreRead(String record) throws Exception {
        Path tar = Files.write(folder.resolve("usual.tar"), withRecord(record));
        assertThat(SourceReading.ids(reading().records(tar, SourceFormat.TAR))).containsExactly("1.png");
    }

    /** A picture with a record of extended headers. */
    private static byte[] withRecord(String record) throws IOException {
        int length = record.length() + 5;
        byte[] content = (length + " " + record + "\n").getBytes(StandardCharsets.US_ASCII);
        if (content.length != length) {
            length = content.length;
            content = (length + " " + record + "\n").getBytes(StandardCharsets.US_ASCII);
        }
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            var header = new TarArchiveEntry("PaxHeaders/1.png", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
            header.setSize(content.length);
            tar.putArchiveEntry(header);
            tar.write(content);
            tar.closeArchiveEntry();
            put(tar, "1.png", PICTURE);
        }
        return bytes.toByteArray();
    }

    @Test
    void aLongNameOfManyMegabytesIsStopped() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            put(tar, "first.png", PICTURE);
            var name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
            name.setSize(3 << 20);
            tar.putArchiveEntry(name);
            tar.write("n".repeat(3 << 20).getBytes(StandardCharsets.US_ASCII));
            tar.closeArchiveEntry();
            put(tar, "n", PICTURE);
        }
        Files.write(folder.resolve("a.tar"), bytes.toByteArray());
        List<SourceRecord> records = reading().records(folder.resolve("a.tar"), SourceFormat.TAR);
        assertThat(records).hasSize(2);
        assertThat(((BadRecord) records.get(1)).reason()).contains("headers of an entry take more than");
    }

    @Test
    void wrongOrUnreadableTar_isRejectedWithMessage() throws Exception {
        Files.write(folder.resolve("all.tar.gz"), gzip(tar(Map.of("n1.tar", tar(Map.of("a.png", PICTURE))))));
        assertThatThrownBy(() -> reading().find(folder.resolve("all.tar.gz"), SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Unpack it with gunzip");
        Files.write(folder.resolve("a.tar"), tar(Map.of("a.png", PICTURE)));
        assertThatThrownBy(() -> reading().find(folder.resolve("a.tar"), SourceFormat.IMAGENET))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("use format tar");
        Files.write(
                folder.resolve("no.tar"),
                "this is no tar at all, but text ".repeat(40).getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> reading().find(folder.resolve("no.tar"), SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no.tar");
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }

    @Test
    void labels_areInFilesBesideThePictures() throws Exception {
        Files.write(
                folder.resolve("train-000.tar"),
                tar(ordered("a/1.png", PICTURE, "a/1.cls", text("7"), "a/2.cls", text(" 0\n"), "a/2.png", PICTURE)));
        Files.write(
                folder.resolve("train-001.tar.gz"),
                gzip(tar(ordered(
                        "1.rgb.png", PICTURE, "1.json", text("{\"label\": 3, \"x\": [1]}"), "1.depth.png", PICTURE))));
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.TAR);
        assertThat(source.numbered()).isTrue();
        assertThat(source.summary()).contains("numbered classes");
        List<SourceRecord> records = reading().records(source);
        assertThat(SourceReading.bad(records)).isEmpty();
        assertThat(SourceReading.images(records))
                .extracting(RawImage::id, RawImage::label)
                .containsExactly(
                        tuple("train-000.tar/a/1.png", 7),
                        tuple("train-000.tar/a/2.png", 0),
                        tuple("train-001.tar.gz/1.rgb.png", 3),
                        tuple("train-001.tar.gz/1.depth.png", 3));
        ImageSource without = reading().find(folder, SourceFormat.AUTO, LabelRule.NONE);
        assertThat(without.numbered()).isFalse();
        assertThat(SourceReading.images(reading().records(without)))
                .extracting(RawImage::label)
                .containsOnly(DatasetDescription.NO_LABEL);
    }

    @Test
    void picturesWithoutAUsableLabel_areBadAmongOthersWithOne() throws Exception {
        Files.write(
                folder.resolve("a.tar"),
                tar(ordered(
                        "1.png",
                        PICTURE,
                        "1.cls",
                        text("1"),
                        "2.png",
                        PICTURE,
                        "3.png",
                        PICTURE,
                        "3.cls",
                        text("cat"),
                        "4.png",
                        PICTURE,
                        "4.cls",
                        text("-1"),
                        "5.png",
                        PICTURE,
                        "5.json",
                        text("{"))));
        List<SourceRecord> records = reading().records(folder.resolve("a.tar"), SourceFormat.AUTO);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("1.png");
        assertThat(SourceReading.bad(records))
                .extracting(BadRecord::id)
                .containsExactly("2.png", "3.png", "4.png", "5.png");
        assertThat(SourceReading.bad(records).get(0).reason()).startsWith("no label: neither");
        assertThat(SourceReading.bad(records).get(1).reason())
                .isEqualTo("3.cls: its label is cat; labels are whole numbers from 0 to 99999");
        assertThat(SourceReading.bad(records).get(3).reason()).startsWith("5.json: not JSON");
    }

    @Test
    void captionsBesidePictures_areNoLabels() throws Exception {
        Files.write(
                folder.resolve("a.tar"),
                tar(ordered("1.png", PICTURE, "1.json", text("{\"caption\": \"a cat\"}"), "1.txt", text("a cat"))));
        ImageSource source = reading().find(folder.resolve("a.tar"), SourceFormat.AUTO);
        assertThat(source.numbered()).isFalse();
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::label)
                .containsExactly(DatasetDescription.NO_LABEL);
    }

    @Test
    void classesByFolder_areRefusedForTars() throws Exception {
        Files.write(folder.resolve("a.tar"), tar(Map.of("a_1.png", PICTURE)));
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO, LabelRule.NAME))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has the format tar, but labels \"name\" need a folder or a zip");
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> ordered(Object... namesAndContents) {
        var files = new LinkedHashMap<String, byte[]>();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            files.put((String) namesAndContents[i], (byte[]) namesAndContents[i + 1]);
        }
        return files;
    }

    private static byte[] tar(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var file : files.entrySet()) {
                put(tar, file.getKey(), file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, String name, byte type) throws IOException {
        var entry = new TarArchiveEntry(name, type);
        entry.setLinkName("/etc/passwd");
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var output = new GZIPOutputStream(bytes)) {
            output.write(content);
        }
        return bytes.toByteArray();
    }
}
