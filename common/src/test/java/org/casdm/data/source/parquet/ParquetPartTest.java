package org.casdm.data.source.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.casdm.data.picture.TestPictures;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetPartTest {
    private static final byte[] PICTURE = TestPictures.bytes("decode/rgb.png");
    private static final String HUGGING_FACE = """
        message schema {
          optional group image { optional binary bytes; optional binary path (STRING); }
          optional int64 label;
        }\
        """;
    private static final String PLAIN =
            "message schema { required binary path (STRING); required binary content; optional binary label (STRING);"
                    + " }";

    @TempDir
    private Path folder;

    @Test
    void huggingFacesStructAndItsClassNames_areRead() throws Exception {
        String features = """
            {"info": {"features": {"image": {"_type": "Image"},
             "label": {"names": ["ant", "bee", "cat"], "_type": "ClassLabel"}}}}\
            """;
        write("train-00000-of-00002.parquet", HUGGING_FACE, Map.of("huggingface", features), 2, (row, i) -> {
            row.addGroup("image").append("bytes", picture()).append("path", "a.png");
            row.append("label", 2L - i);
        });
        write("train-00001-of-00002.parquet", HUGGING_FACE, Map.of("huggingface", features), 3, (row, i) -> {
            if (i > 0) {
                Group image = row.addGroup("image");
                if (i > 1) {
                    image.append("bytes", picture());
                }
            }
            row.append("label", 5L);
        });
        write("test-00000-of-00001.parquet", HUGGING_FACE, Map.of(), 1, (row, i) -> {});
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.PARQUET);
        assertThat(source.classNames()).containsExactly("ant", "bee", "cat");
        assertThat(source.numbered()).isFalse();
        assertThat(source.summary())
                .contains("5 rows in 2 Parquet files", "pictures in column image.bytes", "3 classes");
        List<SourceRecord> records = reading().records(source);
        List<RawImage> images = SourceReading.images(records);
        assertThat(images)
                .extracting(RawImage::id, RawImage::label)
                .containsExactly(
                        tuple("train-00000-of-00002.parquet#0", 2), tuple("train-00000-of-00002.parquet#1", 1));
        assertThat(((EncodedPicture) images.get(0).payload()).content()).isEqualTo(PICTURE);
        assertThat(SourceReading.bad(records))
                .containsExactly(
                        new BadRecord(
                                "train-00001-of-00002.parquet#0",
                                "its label is 5; labels are whole numbers from 0 to 99999"),
                        new BadRecord(
                                "train-00001-of-00002.parquet#1",
                                "its label is 5; labels are whole numbers from 0 to 99999"),
                        new BadRecord(
                                "train-00001-of-00002.parquet#2",
                                "its label is 5; labels are whole numbers from 0 to 99999"));
    }

    @Test
    void rowsWithoutAPictureOrALabel_areBad() throws Exception {
        write("part-0.parquet", HUGGING_FACE, Map.of(), 4, (row, i) -> {
            if (i != 1) {
                Group image = row.addGroup("image");
                if (i != 2) {
                    image.append("bytes", picture());
                }
            }
            if (i != 3) {
                row.append("label", 7L);
            }
        });
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.numbered()).isTrue();
        List<SourceRecord> records = reading().records(source);
        assertThat(SourceReading.images(records))
                .extracting(RawImage::id, RawImage::label)
                .containsExactly(tuple("part-0.parquet#0", 7));
        assertThat(SourceReading.bad(records))
                .containsExactly(
                        new BadRecord("part-0.parquet#1", "the row has no picture: its column is null"),
                        new BadRecord("part-0.parquet#2", "the row has no picture: its column is null"),
                        new BadRecord("part-0.parquet#3", "the row has no label: its column is null"));
    }

    @Test
    void aBinaryColumnAndLabelsOfText_areRead() throws Exception {
        write(
                "a.parquet",
                PLAIN,
                Map.of(),
                600,
                (row, i) -> row.append("path", "x")
                        .append("content", picture())
                        .append("label", i % 2 == 0 ? "zebra" : "ant"));
        ImageSource source = reading().find(folder.resolve("a.parquet"), SourceFormat.AUTO);
        assertThat(source.classNames()).containsExactly("ant", "zebra");
        assertThat(source.parts()).as("row groups").hasSizeGreaterThan(1);
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images)
                .hasSize(600)
                .extracting(RawImage::id)
                .doesNotHaveDuplicates()
                .contains("a.parquet#599");
        assertThat(images.get(599).label()).isZero();
        assertThat(images.get(598).label()).isEqualTo(1);
        ImageSource without = reading().find(folder, SourceFormat.PARQUET, LabelRule.NONE);
        assertThat(without.classNames()).isEmpty();
        assertThat(SourceReading.images(reading().records(without)))
                .extracting(RawImage::label)
                .containsOnly(DatasetDescription.NO_LABEL);
    }

    @Test
    void damage_endsThePartAndIsNamed() throws Exception {
        write(
                "a.parquet",
                PLAIN,
                Map.of(),
                300,
                (row, i) -> row.append("path", "x").append("content", picture()));
        byte[] content = Files.readAllBytes(folder.resolve("a.parquet"));
        Arrays.fill(content, 1000, 1100, (byte) 0x55);
        Files.write(folder.resolve("a.parquet"), content);
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        List<SourceRecord> records = reading().records(source.parts().get(0));
        assertThat(SourceReading.bad(records)).singleElement().satisfies(bad -> {
            assertThat(bad.id()).contains("a.parquet, rows 0 to");
            assertThat(bad.reason()).contains("damaged");
        });
        Files.write(folder.resolve("a.parquet"), Arrays.copyOf(content, content.length - 20));
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.parquet is damaged, or no Parquet file")
                .hasMessageContaining("Download it again");
    }

    @Test
    void filesWithoutPicturesAndUnfinishedShards_areNamed() throws Exception {
        write(
                "text.parquet",
                "message m { required binary text (STRING); }",
                Map.of(),
                1,
                (row, i) -> row.append("text", "x"));
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no column holds pictures");
        Files.delete(folder.resolve("text.parquet"));
        write(
                "two.parquet",
                "message m { required binary x; required binary y; }",
                Map.of(),
                1,
                (row, i) -> row.append("x", picture()).append("y", picture()));
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("several columns may hold pictures");
        Files.delete(folder.resolve("two.parquet"));
        write(
                "part-00000.parquet",
                "message image { required binary id (STRING); required int32 label; required binary " + "pixels; }",
                Map.of(),
                1,
                (row, i) -> row.append("id", "x").append("label", 0).append("pixels", picture()));
        assertThatThrownBy(() -> reading().find(folder, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the folder is unfinished");
    }

    private static Binary picture() {
        return Binary.fromConstantByteArray(PICTURE);
    }

    private void write(
            String name, String schema, Map<String, String> metadata, int rows, BiConsumer<Group, Integer> fill)
            throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        var file = new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
        try (var writer = ExampleParquetWriter.builder(file)
                .withConf(new Configuration())
                .withType(type)
                .withExtraMetaData(new HashMap<>(metadata))
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withDictionaryEncoding(false)
                .withRowGroupSize(256L << 10)
                .build()) {
            var groups = new SimpleGroupFactory(type);
            for (int i = 0; i < rows; i++) {
                Group row = groups.newGroup();
                fill.accept(row, i);
                writer.write(row);
            }
        }
        Files.deleteIfExists(folder.resolve("." + name + ".crc"));
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }
}
