package org.casdm.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of storage that refuses, and that it is not taken for bad pictures. */
class FailingStorageTest {
    private final Configuration hadoop = new Configuration();
    private final ImageSources sources = new ImageSources(hadoop, SourceLimits.DEFAULT);

    @TempDir
    private Path folder;

    @Test
    void emptyMissingAndForeignPlaces_areNamed() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "no picture");
        assertThatThrownBy(() -> find(folder.toString()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no pictures (1 other files");
        assertThatThrownBy(() -> find(folder + "/nowhere"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("nowhere does not exist");
        assertThatThrownBy(() -> find(folder + "/notes.txt"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is not a supported file of pictures");
        assertThatThrownBy(() -> sources.find(folder + "/notes.txt", SourceFormat.FOLDER))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is a file");
        assertThatThrownBy(() -> find("nosuch://bucket/x"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no file system for \"nosuch:\"");
        assertThatThrownBy(() -> find("")).isInstanceOf(DataException.class).hasMessageContaining("is not a path");
        assertThatThrownBy(() -> SourceFormat.of("tiff")).hasMessageContaining("cifar10, cifar100, idx");
    }

    @Test
    void whatObjectStoresRefuse_isExplained() {
        hadoop.setClass("fs.denied.impl", Denied.class, FileSystem.class);
        hadoop.setClass("fs.bucketless.impl", Bucketless.class, FileSystem.class);
        hadoop.setClass("fs.broken.impl", Broken.class, FileSystem.class);
        assertThatThrownBy(() -> find("denied://bucket/x"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("denied://bucket/x: access denied")
                .hasMessageContaining("credentials");
        assertThatThrownBy(() -> find("bucketless://lost/x"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("there is no bucket \"lost\"");
        assertThatThrownBy(() -> find("broken://bucket/x"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken://bucket/x cannot be read: java.io.IOException: connection reset");
    }

    private void find(String location) throws IOException {
        sources.find(location, SourceFormat.AUTO);
    }

    @Test
    void aBrokenConnection_isPassedOnAsItIs() throws Exception {
        hadoop.setClass("fs.broken.impl", Broken.class, FileSystem.class);
        hadoop.setClass("fs.denied.impl", Denied.class, FileSystem.class);
        var path = new org.apache.hadoop.fs.Path("broken://bucket/a.png");
        assertThatThrownBy(() -> Storage.bytes(path, 3, hadoop))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("connection reset");
        var denied = new org.apache.hadoop.fs.Path("denied://bucket/a.png");
        assertThatThrownBy(() -> Storage.bytes(denied, 3, hadoop)).isExactlyInstanceOf(DataException.class);
        assertThat(Storage.isMissing(new FileNotFoundException("/x (Permission denied)")))
                .isFalse();
    }

    /** A file system that fails in one way at everything. */
    public abstract static class Failing extends RawLocalFileSystem {
        private final String scheme;

        Failing(String scheme) {
            this.scheme = scheme;
        }

        abstract IOException failure(String path);

        @Override
        public URI getUri() {
            return URI.create(scheme + "://any");
        }

        @Override
        protected void checkPath(org.apache.hadoop.fs.Path path) {
            // Every bucket is this one's.
        }

        @Override
        public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
            throw failure(path.toString());
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
            throw failure(path.toString());
        }
    }

    /** Refuses access as S3A does. */
    public static final class Denied extends Failing {
        public Denied() {
            super("denied");
        }

        @Override
        IOException failure(String path) {
            return new AccessDeniedException(path, null, "403 Forbidden");
        }
    }

    /** Knows no bucket, with an error called as S3A's is. */
    public static final class Bucketless extends Failing {
        public Bucketless() {
            super("bucketless");
        }

        @Override
        IOException failure(String path) {
            return new UnknownStoreException(path);
        }
    }

    /** Loses its connections. */
    public static final class Broken extends Failing {
        public Broken() {
            super("broken");
        }

        @Override
        IOException failure(String path) {
            return new IOException("connection reset");
        }
    }

    private static final class UnknownStoreException extends IOException {
        private static final long serialVersionUID = 1L;

        UnknownStoreException(String path) {
            super(path);
        }
    }
}
