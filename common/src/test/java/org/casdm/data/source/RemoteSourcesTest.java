package org.casdm.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.casdm.data.picture.TestPictures;
import org.casdm.data.source.lmdb.LmdbPart;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteSourcesTest {
    private static final byte[] PICTURE = TestPictures.bytes("decode/rgb.png");

    @TempDir
    private Path folder;

    private Path scratch;
    private SourceReading reading;

    @BeforeEach
    void read() {
        scratch = folder.resolve("scratch");
        reading = new SourceReading(SourceLimits.DEFAULT, scratch, RemoteFiles.configuration());
    }

    @Test
    void foldersAreReadAheadInOrder() throws Exception {
        for (int i = 0; i < 100; i++) {
            Files.write(folder.resolve(String.format(Locale.ROOT, "%02d.png", i)), PICTURE);
        }
        ImageSource source = reading.find(RemoteFiles.uri(folder), SourceFormat.AUTO);
        assertThat(source.format()).isEqualTo(SourceFormat.FOLDER);
        Files.delete(folder.resolve("50.png"));
        List<SourceRecord> records = reading.records(source);
        assertThat(SourceReading.ids(records)).hasSize(100).isSorted();
        assertThat(SourceReading.bad(records)).extracting(BadRecord::id).containsExactly("50.png");
    }

    @Test
    void archivesAreReadInPlace() throws Exception {
        Path zip = folder.resolve("set.zip");
        try (var output = new ZipArchiveOutputStream(zip.toFile())) {
            output.putArchiveEntry(new ZipArchiveEntry("a/1.png"));
            output.write(PICTURE);
            output.closeArchiveEntry();
        }
        Path tar = SourceFixtures.copy("ILSVRC2012_img_train_mini.tar", folder);
        assertThat(SourceReading.ids(reading.records(RemoteFiles.uri(zip), SourceFormat.AUTO)))
                .containsExactly("a/1.png");
        assertThat(reading.records(RemoteFiles.uri(tar), SourceFormat.AUTO)).hasSize(21);
        assertThat(scratch).as("nothing was copied").doesNotExist();
    }

    @Test
    void anLmdbIsCopiedOnceForAllTasksAndRemovedAtTheEnd() throws Exception {
        Path database = Files.createDirectory(folder.resolve("bedroom_train_lmdb"));
        SourceFixtures.copy("bedroom_train_lmdb/data.mdb", database);
        String file = RemoteFiles.uri(database.resolve("data.mdb"));
        try (var copies = new LocalCopies(scratch)) {
            var context = new ReadContext(RemoteFiles.configuration(), SourceLimits.DEFAULT, copies);
            Callable<Long> task = () -> {
                try (SourceRecords records = new LmdbPart(file, 0, 1, 0, "", 0).open(context)) {
                    long count = 0;
                    for (; records.hasNext(); records.next()) {
                        count++;
                    }
                    return count;
                }
            };
            var threads = Executors.newFixedThreadPool(4);
            for (var count : threads.invokeAll(List.of(task, task, task, task))) {
                assertThat(count.get()).isEqualTo(24);
            }
            threads.shutdown();
            try (Stream<Path> copied = Files.list(scratch)) {
                assertThat(copied).hasSize(1);
            }
        }
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void fullDisk_isReportedBeforeCopying() throws Exception {
        Path file = SourceFixtures.copy("bedroom_train_lmdb/data.mdb", folder);
        try (var copies = new LocalCopies(scratch)) {
            var path = new org.apache.hadoop.fs.Path(RemoteFiles.uri(file));
            assertThatThrownBy(() -> copies.get(path, RemoteFiles.claiming(1L << 60)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("data.mdb (1073741824 GiB) has to be copied")
                    .hasMessageContaining(scratch + " has only ")
                    .hasMessageContaining("larger disk");
            // More than there is: a copy that is not whole is not kept.
            assertThatThrownBy(() -> copies.get(path, RemoteFiles.claiming(100_000)))
                    .hasMessageContaining("had 100000 bytes when it was listed and has 81920 now");
        }
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }
}
