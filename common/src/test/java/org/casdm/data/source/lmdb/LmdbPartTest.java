package org.casdm.data.source.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.casdm.data.BadImageException;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceFixtures;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceReading;
import org.casdm.data.source.SourceRecord;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;

class LmdbPartTest {
    @TempDir
    private Path folder;

    @Test
    void theLsunFixtureHasWhatItIsExpectedToHave() throws Exception {
        var expected = SourceFixtures.expected("lsun");
        fixture("bedroom_train_lmdb");
        ImageSource source = reading().find(folder.resolve("bedroom_train_lmdb"), SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.LSUN);
        assertThat(source.classNames()).isEmpty();
        List<SourceRecord> records = reading().records(source);
        assertThat(records).hasSize(expected.get("records").asInt());
        int good = 0;
        List<String> reasons = new ArrayList<>();
        for (RawImage image : SourceReading.images(records)) {
            assertThat(image.id()).matches("[ -~]+");
            assertThat(image.label()).isEqualTo(DatasetDescription.NO_LABEL);
            try {
                image.picture(SourceLimits.DEFAULT.decoder());
                good++;
            } catch (BadImageException e) {
                reasons.add(e.reason());
            }
        }
        assertThat(good).isEqualTo(expected.get("good").asInt());
        assertThat(reasons).hasSize(expected.get("bad").asInt());
        try (var files = Files.list(folder.resolve("bedroom_train_lmdb"))) {
            assertThat(files).as("nothing is written beside it").hasSize(1);
        }
    }

    @Test
    void severalDatabasesAreClasses() throws Exception {
        fixture("church_outdoor_train_lmdb");
        fixture("bedroom_train_lmdb");
        fixture("bedroom_val_lmdb");
        ImageSource source = reading().find(folder, SourceFormat.AUTO);
        assertThat(source.classNames()).containsExactly("bedroom", "church_outdoor");
        List<RawImage> images = SourceReading.images(reading().records(source));
        assertThat(images).hasSize(48);
        assertThat(images)
                .allMatch(image -> image.id().startsWith(source.classNames().get(image.label()) + "/"));
    }

    @Test
    void rangesTogetherGiveEveryKeyOnceAndInOrder() throws Exception {
        Path file = database(1000);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            var part = new LmdbPart(file.toString(), i, 7, 0, "", DatasetDescription.NO_LABEL);
            List<SourceRecord> records = reading().records(part);
            assertThat(records.size()).isBetween(142, 143);
            ids.addAll(SourceReading.ids(records));
        }
        assertThat(ids).hasSize(1000).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void valuesBeyondTheLimitAreBad() throws Exception {
        Path file = database(3);
        var reading = new SourceReading(new SourceLimits(100, 1500, 10, false), folder.resolve("scratch"));
        List<SourceRecord> records = reading.records(file, SourceFormat.LSUN);
        assertThat(SourceReading.ids(SourceReading.images(records))).containsExactly("key-00000", "key-00001");
        assertThat(records.get(2))
                .isEqualTo(new BadRecord("key-00002", "larger than 1500 bytes, the limit that --max-bytes sets"));
    }

    @Test
    void aCutFileIsRefusedBeforeItIsTouched() throws Exception {
        Path file = database(1000);
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length / 2));
        ImageSource source = reading().find(file, SourceFormat.LSUN);
        assertThatThrownBy(() -> reading().records(source))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is cut short or damaged")
                .hasMessageContaining("Download it again");
        Files.writeString(file, "no database");
        assertThatThrownBy(() -> reading().find(file, SourceFormat.AUTO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is not an LMDB");
    }

    private void fixture(String name) throws Exception {
        Path database = folder.resolve(name);
        Files.createDirectory(database);
        SourceFixtures.copy("bedroom_train_lmdb/data.mdb", database);
    }

    /** Values of 1400, 1450, 1500 ... bytes. */
    private Path database(int count) throws Exception {
        Path database = folder.resolve("made");
        Files.createDirectory(database);
        try (Env<ByteBuffer> environment = Env.create().setMapSize(1L << 28).open(database.toFile())) {
            Dbi<ByteBuffer> values = environment.openDbi((String) null);
            var transaction = environment.txnWrite();
            for (int i = 0; i < count; i++) {
                byte[] key = String.format(Locale.ROOT, "key-%05d", i).getBytes(StandardCharsets.US_ASCII);
                int length = 1401 + 50 * (i % 100);
                values.put(
                        transaction,
                        ByteBuffer.allocateDirect(key.length).put(key).flip(),
                        ByteBuffer.allocateDirect(length));
            }
            transaction.commit();
        }
        return database.resolve("data.mdb");
    }

    private SourceReading reading() {
        return new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch"));
    }
}
