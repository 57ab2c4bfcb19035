package org.casdm.data.source.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import org.casdm.data.picture.TestPictures;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPartTest {
    @TempDir
    private Path folder;

    @TempDir
    private Path elsewhere;

    @Test
    void labelsAreFoldersAndFormatsAreKnownByContent() throws Exception {
        put(folder, "zebra/50% off.JPG", "rgb.png");
        put(folder, "ant/deep/10:30.png", "rgb.jpg");
        put(folder, "ant/.hidden/d.png", "rgb.png");
        Files.writeString(folder.resolve("ant/list.txt"), "no picture");
        Files.writeString(folder.resolve("ant/empty.webp"), "");
        var reading = reading(SourceLimits.DEFAULT);
        ImageSource source = reading.find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.FOLDER);
        assertThat(source.classNames()).containsExactly("ant", "zebra");
        assertThat(source.summary()).contains("3 picture files", "2 classes", "2 other files ignored");
        List<SourceRecord> records = reading.records(source);
        assertThat(SourceReading.ids(records))
                .containsExactly("ant/deep/10:30.png", "ant/empty.webp", "zebra/50% off.JPG");
        List<RawImage> images = SourceReading.images(records);
        assertThat(images).extracting(RawImage::label).containsExactly(0, 0, 1);
        assertThat(images.get(2).picture(SourceLimits.DEFAULT.decoder()).width())
                .isEqualTo(45);
        assertThatThrownBy(() -> images.get(1).picture(SourceLimits.DEFAULT.decoder()))
                .hasMessage("ant/empty.webp: the file is empty");
    }

    @Test
    void manyFilesMakeSeveralParts() throws Exception {
        byte[] picture = TestPictures.bytes("decode/rgb.png");
        for (int i = 0; i < 600; i++) {
            Files.write(folder.resolve(String.format(Locale.ROOT, "%03d.png", i)), picture);
        }
        var reading = reading(SourceLimits.DEFAULT);
        ImageSource source = reading.find(folder, SourceFormat.FOLDER);
        assertThat(source.parts()).hasSize(2);
        assertThat(source.bytes()).isEqualTo(600L * picture.length);
        assertThat(SourceReading.ids(reading.records(source)))
                .hasSize(600)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(source.classNames()).isEmpty();
    }

    @Test
    void linksAreRefusedUnlessAllowed() throws Exception {
        put(elsewhere, "secret/a.png", "rgb.png");
        put(folder, "class/own.png", "rgb.png");
        Files.createSymbolicLink(folder.resolve("class/file.png"), elsewhere.resolve("secret/a.png"));
        Files.createSymbolicLink(folder.resolve("other"), elsewhere.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("class/loop"), folder);
        var strict = reading(SourceLimits.DEFAULT);
        assertThat(strict.find(folder, SourceFormat.AUTO).summary())
                .contains("links to a folder that contains them ignored: class/loop");
        List<SourceRecord> records = strict.records(folder, SourceFormat.AUTO);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("class/own.png");
        assertThat(SourceReading.bad(records))
                .extracting(BadRecord::id)
                .containsExactlyInAnyOrder("class/file.png", "other");
        assertThat(SourceReading.bad(records))
                .extracting(BadRecord::reason)
                .allMatch(reason -> reason.contains("--follow-links"));

        var lenient = reading(new SourceLimits(1000_000, 1 << 20, 100, true));
        List<SourceRecord> followed = lenient.records(folder, SourceFormat.FOLDER);
        assertThat(SourceReading.ids(SourceReading.images(followed)))
                .containsExactly("class/file.png", "class/own.png", "other/a.png");
        assertThat(SourceReading.bad(followed)).isEmpty();
        assertThat(lenient.find(folder, SourceFormat.FOLDER).summary())
                .contains("links to a folder that contains them ignored: class/loop");
    }

    @Test
    void oneImageBesideTheFolders_meansNoClasses() throws Exception {
        put(folder, "ant/a.png", "rgb.png");
        put(folder, "b.png", "rgb.png");
        ImageSource source = reading(SourceLimits.DEFAULT).find(folder.toUri(), SourceFormat.FOLDER);
        assertThat(source.classNames()).isEmpty();
        assertThat(SourceReading.images(reading(SourceLimits.DEFAULT).records(source)))
                .extracting(RawImage::label)
                .containsOnly(DatasetDescription.NO_LABEL);
    }

    @Test
    void namesThatAreHardOnPaths_areRead() throws Exception {
        var names = List.of("10:30.png", "50% off.png", "[x]{y}*.png", "a b.png", "ä#?.png");
        for (String name : names) {
            put(folder, name, "rgb.png");
        }
        for (Object location : List.of(folder, folder + "/", folder.toUri())) {
            var reading = reading(SourceLimits.DEFAULT);
            assertThat(SourceReading.ids(SourceReading.images(reading.records(location, SourceFormat.AUTO))))
                    .containsExactlyElementsOf(names);
        }
    }

    @Test
    void fingerprint_changesWithNamesLengthsAndTimes() throws Exception {
        put(folder, "a.png", "rgb.png");
        put(folder, "b.png", "rgb.png");
        var reading = reading(SourceLimits.DEFAULT);
        String before = reading.find(folder, SourceFormat.AUTO).fingerprint();
        assertThat(reading.find(folder + "/", SourceFormat.AUTO).fingerprint()).isEqualTo(before);
        var modified = Files.getLastModifiedTime(folder.resolve("a.png"));
        Files.setLastModifiedTime(folder.resolve("a.png"), FileTime.fromMillis(1_000_000));
        assertThat(reading.find(folder, SourceFormat.AUTO).fingerprint()).isNotEqualTo(before);
        Files.setLastModifiedTime(folder.resolve("a.png"), modified);
        assertThat(reading.find(folder, SourceFormat.AUTO).fingerprint()).isEqualTo(before);
        Files.move(folder.resolve("a.png"), folder.resolve("c.png"));
        assertThat(reading.find(folder, SourceFormat.AUTO).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void anArchiveOrTableBesidePictures_doesNotHideThem() throws Exception {
        put(folder, "a.png", "rgb.png");
        Files.writeString(folder.resolve("all.tar.gz"), "the same again");
        Files.writeString(folder.resolve("metadata.parquet"), "captions");
        ImageSource source = reading(SourceLimits.DEFAULT).find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.FOLDER);
        assertThat(source.summary()).contains("2 other files ignored");
    }

    @Test
    void shardsAreNoSource() throws Exception {
        Files.writeString(folder.resolve("dataset.json"), "{\"format\": 1}");
        assertThatThrownBy(() -> reading(SourceLimits.DEFAULT).find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is prepared already");
    }

    @Test
    void folderOfLinksOnly_isRejectedWithAdvice() throws Exception {
        put(elsewhere, "a.png", "rgb.png");
        Files.createSymbolicLink(folder.resolve("a.png"), elsewhere.resolve("a.png"));
        assertThatThrownBy(() -> reading(SourceLimits.DEFAULT).find(folder, SourceFormat.FOLDER))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1 refused, the first is a.png: a symbolic link; use --follow-links");
    }

    @Test
    void filesBeyondTheLimitAreBadAndNotRead() throws Exception {
        Files.write(folder.resolve("film.gif"), new byte[3000]);
        Files.write(folder.resolve("just.gif"), new byte[2000]);
        List<SourceRecord> records =
                reading(new SourceLimits(100, 2000, 100, false)).records(folder, SourceFormat.FOLDER);
        assertThat(records.get(0))
                .isEqualTo(new BadRecord("film.gif", "larger than 2000 bytes, the limit that --max-bytes sets"));
        assertThat(records.get(1)).isInstanceOf(RawImage.class);
    }

    @Test
    void aFileThatVanishesIsBad() throws Exception {
        put(folder, "a.png", "rgb.png");
        put(folder, "b.png", "rgb.png");
        var reading = reading(SourceLimits.DEFAULT);
        ImageSource source = reading.find(folder, SourceFormat.FOLDER);
        Files.delete(folder.resolve("a.png"));
        assertThat(reading.records(source).get(0))
                .isEqualTo(new BadRecord("a.png", "the file was removed after the folder was listed"));
    }

    private SourceReading reading(SourceLimits limits) {
        return new SourceReading(limits, elsewhere.resolve("scratch"));
    }

    private static void put(Path root, String name, String picture) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, TestPictures.bytes("decode/" + picture));
    }
}
