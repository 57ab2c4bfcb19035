package org.casdm.data.source.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes of pictures in folders and zips by other things than folders. */
class PictureLabelsTest {
    private static final byte[] PICTURE = TestPictures.bytes("decode/rgb.png");
    private static final String LABELS = """
        {"labels": [
          ["00000/img00000000.png", 6], ["00000/img00000001.png", 0], ["00001/img00001000.png", 2],
          ["gone.png", 4]
        ]}\
        """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nvidiasDatasetJson_givesTheClasses(boolean zipped) throws Exception {
        ImageSource source = find(zipped, LabelRule.AUTO, LABELS);
        assertThat(source.format()).isEqualTo(zipped ? SourceFormat.ZIP : SourceFormat.FOLDER);
        assertThat(source.classNames()).containsExactly("0", "1", "2", "3", "4", "5", "6");
        assertThat(source.summary()).contains("7 classes (dataset.json)");
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::id, RawImage::label)
                .containsExactly(
                        tuple("00000/img00000000.png", 6),
                        tuple("00000/img00000001.png", 0),
                        tuple("00001/img00001000.png", 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nullLabelsInIt_meanNoClasses(boolean zipped) throws Exception {
        ImageSource source = find(zipped, LabelRule.AUTO, "{\"labels\": null}");
        assertThat(source.classNames()).isEmpty();
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::label)
                .hasSize(3)
                .containsOnly(DatasetDescription.NO_LABEL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPictureThatItDoesNotName_isBad(boolean zipped) throws Exception {
        ImageSource source = find(zipped, LabelRule.AUTO, "{\"labels\": [[\"00000/img00000000.png\", 1]]}");
        List<SourceRecord> records = reading().records(source);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("00000/img00000000.png");
        assertThat(SourceReading.bad(records))
                .containsExactly(
                        new BadRecord("00000/img00000001.png", "dataset.json has no label for it"),
                        new BadRecord("00001/img00001000.png", "dataset.json has no label for it"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"labels\": [[\"00000/img00000000.png\", [0.5, 1]]]}",
                "{\"labels\": [[\"00000/img00000000.png\", -1]]}",
                "{\"labels\": [[\"00000/img00000000.png\", 100000]]}",
                "{\"labels\": [[\"00000/img00000000.png\", 99999999999999999999]]}",
                "{\"labels\": [[\"00000/img00000000.png\", 1.5]]}",
                "{\"labels\": [[\"00000/img00000000.png\"]]}",
                "{\"labels\": [[1, 2]]}",
                "{\"labels\": [\"00000/img00000000.png\"]}"
            })
    void labelsThatAreNoClassNumbers_areRefused(String json) {
        assertThatThrownBy(() -> find(false, LabelRule.AUTO, json))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("dataset.json of " + folder)
                .hasMessageContaining("a whole number from 0 to 99999");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"{\"other\": [1]};2", "[1];2"})
    void anotherProgramsDatasetJson_isLeftAside(String json, int classes) throws Exception {
        assertThat(find(false, LabelRule.AUTO, json).classNames()).hasSize(classes);
        assertThat(find(true, LabelRule.AUTO, json).classNames()).hasSize(classes);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fileNames_giveTheClassesOnRequest(boolean zipped) throws Exception {
        List<String> names = List.of("b/dog_00001.png", "cat_00001.png", "cat_00002_x.png");
        ImageSource source = find(zipped, LabelRule.NAME, null, names);
        assertThat(source.classNames()).containsExactly("cat", "dog");
        assertThat(source.summary()).contains("2 classes (file names)");
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::label)
                .containsExactly(1, 0, 0);
        assertThat(find(zipped, LabelRule.AUTO, null, names).classNames()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatHasNoClassOfTheKindAskedFor_isNamed(boolean zipped) {
        assertThatThrownBy(() -> find(zipped, LabelRule.NAME, null, List.of("cat_1.png", "dog.png")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the name of dog.png has no underscore after a class");
        assertThatThrownBy(() -> find(zipped, LabelRule.FOLDER, null, List.of("a/1.png", "2.png")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("not every picture is in a folder")
                .hasMessageContaining("2.png");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void labelsCanBeIgnored(boolean zipped) throws Exception {
        ImageSource source = find(zipped, LabelRule.NONE, LABELS);
        assertThat(source.classNames()).isEmpty();
        assertThat(SourceReading.images(reading().records(source)))
                .extracting(RawImage::label)
                .containsOnly(DatasetDescription.NO_LABEL);
    }

    private ImageSource find(boolean zipped, LabelRule rule, String datasetJson) throws IOException {
        return find(
                zipped,
                rule,
                datasetJson,
                List.of("00000/img00000000.png", "00000/img00000001.png", "00001/img00001000.png"));
    }

    private ImageSource find(boolean zipped, LabelRule rule, String datasetJson, List<String> pictures)
            throws IOException {
        Path root = folder.resolve(zipped ? "set.zip" : "set");
        if (zipped) {
            try (var zip = new ZipOutputStream(Files.newOutputStream(root))) {
                for (String name : pictures) {
                    zip.putNextEntry(new ZipEntry(name));
                    zip.write(PICTURE);
                }
                if (datasetJson != null) {
                    zip.putNextEntry(new ZipEntry("dataset.json"));
                    zip.write(datasetJson.getBytes(StandardCharsets.UTF_8));
                }
            }
        } else {
            for (String name : pictures) {
                Path file = root.resolve(name);
                Files.createDirectories(file.getParent());
                Files.write(file, PICTURE);
            }
            if (datasetJson != null) {
                Files.writeString(root.resolve("dataset.json"), datasetJson);
            }
        }
        return reading().find(root, SourceFormat.AUTO, rule);
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }
}
