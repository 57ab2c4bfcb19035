package org.casdm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set[1",
                "a{b",
                "run [final] #2 50% a:b",
                "[D_DATA]",
                "a:b",
                "*?^$(",
                "%20",
                "\\u732b ü",
                "x@7",
                "s3a:b"
            })
    void anyName_isWrittenListedAndReadAgain(String name) throws IOException {
        var hadoop = new Configuration();
        var parent = Storage.path(folder.toString());
        var files = Storage.fileSystem(parent, hadoop);
        var file = Storage.below(Storage.below(parent, name), name);
        AtomicFile.create(files, file, stream -> {
            stream.write(7);
            return null;
        });
        assertThat(folder.resolve(name).resolve(name)).hasBinaryContent(new byte[] {7});
        // As executors get it: a text.
        var listed = files.listStatus(Storage.path(folder.resolve(name).toString()))[0].getPath();
        assertThat(listed.getName()).isEqualTo(name);
        try (var input = files.open(Storage.path(listed.toString()))) {
            assertThat(input.readAllBytes()).containsExactly(7);
        }
        // No checksum files beside it.
        try (var found = Files.list(folder.resolve(name))) {
            assertThat(found).hasSize(1);
        }
        assertThat(files.makeQualified(Storage.path(name)).toString()).endsWith("/" + name);
    }

    @ParameterizedTest
    @CsvSource({
        "s3a://pics, s3a://pics/, true",
        "s3a://pics/, s3a://pics/, true",
        "s3a://pics/a b#c?d [1] 50% x:y/, s3a://pics/a b#c?d [1] 50% x:y, false",
        "file:/data/a:b, file:/data/a:b, false",
        "/data//images/, /data/images, false"
    })
    void urisKeepTheirScheme_andTheRootOfABucketHasAPath(String location, String expected, boolean root)
            throws IOException {
        var path = Storage.path(location);
        assertThat(path.toString()).isEqualTo(expected);
        assertThat(path.isRoot()).isEqualTo(root);
        assertThat(path.isAbsolute()).isTrue();
        assertThat(Storage.below(path, "a:b").toString()).isEqualTo(expected + (root ? "" : "/") + "a:b");
    }

    @Test
    void nothing_isNotAPath() {
        assertThatThrownBy(() -> Storage.path("")).isInstanceOf(DataException.class);
    }
}
