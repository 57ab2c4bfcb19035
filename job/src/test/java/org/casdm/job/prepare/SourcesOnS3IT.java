package org.casdm.job.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.fs.Path;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.LocalCopies;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.failure.DataException;
import org.casdm.job.testing.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources of pictures on {@code s3a://}: folders, and archives that are read where they lie. */
class SourcesOnS3IT {

    private static final int COUNT = 60;
    private static final DrawnImages DRAWN = new DrawnImages(3, 48);

    @TempDir
    static java.nio.file.Path folder;

    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = new S3Server(folder);
        server.createBucket("bucket");
        var root = new Path("s3a://bucket/pictures");
        DRAWN.write(root.getFileSystem(server.hadoop()), root, COUNT);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void aFolderGivesItsPicturesInOrder() throws IOException {
        var source = find("s3a://bucket/pictures");
        assertThat(source.format()).isEqualTo(SourceFormat.FOLDER);
        assertThat(source.classNames()).containsExactly("disc", "ring", "square");
        requireDrawn(source);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3a://pics", "s3a://pics/"})
    void theRootOfABucketIsAFolder(String root) throws IOException {
        server.createBucket("pics");
        var path = new Path("s3a://pics/");
        DRAWN.write(path.getFileSystem(server.hadoop()), path, COUNT);
        requireDrawn(find(root));
    }

    @Test
    void aZipAndATarOfTarsGiveTheSame() throws IOException {
        var zip = new ByteArrayOutputStream();
        var outer = new ByteArrayOutputStream();
        var inner = new TreeMap<String, ByteArrayOutputStream>();
        var content = new Path("s3a://bucket/pictures");
        try (var entries = new ZipOutputStream(zip)) {
            for (var i = 0; i < COUNT; i++) {
                var name = name(i);
                entries.putNextEntry(new ZipEntry(name));
                entries.write(bytes(new Path(content, name)));
            }
        }
        for (var shape : List.of("disc", "ring", "square")) {
            var tar = inner.computeIfAbsent(shape, key -> new ByteArrayOutputStream());
            try (var entries = new TarArchiveOutputStream(tar)) {
                for (var i = 0; i < COUNT; i++) {
                    if (name(i).startsWith(shape)) {
                        put(entries, name(i).substring(shape.length() + 1), bytes(new Path(content, name(i))));
                    }
                }
            }
        }
        try (var entries = new TarArchiveOutputStream(outer)) {
            for (var tar : inner.entrySet()) {
                put(entries, tar.getKey() + ".tar", tar.getValue().toByteArray());
            }
        }
        upload("s3a://bucket/set.zip", zip.toByteArray());
        upload("s3a://bucket/train.tar", outer.toByteArray());

        requireDrawn(find("s3a://bucket/set.zip"));
        var tars = find("s3a://bucket/train.tar");
        assertThat(tars.parts()).hasSize(3);
        requireDrawn(tars);
    }

    @Test
    void missingFiles_areReported() {
        assertThatThrownBy(() -> find("s3a://bucket/nothing.zip"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("s3a://bucket/nothing.zip does not exist");
        assertThatThrownBy(() -> find("s3a://elsewhere/set.zip"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no bucket \"elsewhere\"");
    }

    private static void requireDrawn(ImageSource source) throws IOException {
        var found = new TreeMap<String, RawImage>();
        try (var copies = new LocalCopies(folder.resolve("copies"))) {
            var context = new ReadContext(server.hadoop(), SourceLimits.DEFAULT, copies);
            for (var part : source.parts()) {
                try (var records = part.open(context)) {
                    records.forEachRemaining(record -> found.put(record.id(), (RawImage) record));
                }
            }
        }
        assertThat(found).hasSize(COUNT);
        var decoder = SourceLimits.DEFAULT.decoder();
        for (var i = 0; i < COUNT; i++) {
            var image = found.get(name(i));
            assertThat(source.classNames().get(image.label())).isEqualTo(name(i).split("/")[0]);
            assertThat(image.picture(decoder).samples()).as(image.id()).isEqualTo(DRAWN.pixels(i));
        }
    }

    private static ImageSource find(String location) throws DataException {
        return new ImageSources(server.hadoop(), SourceLimits.DEFAULT).find(location, SourceFormat.AUTO);
    }

    private static String name(int index) {
        return String.format(
                Locale.ROOT, "%s/%06d.png", DRAWN.shape(index).name().toLowerCase(Locale.ROOT), index);
    }

    private static byte[] bytes(Path path) throws IOException {
        try (var input = path.getFileSystem(server.hadoop()).open(path)) {
            return input.readAllBytes();
        }
    }

    private static void upload(String location, byte[] content) throws IOException {
        var path = new Path(location);
        try (var output = path.getFileSystem(server.hadoop()).create(path, true)) {
            output.write(content);
        }
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }
}
