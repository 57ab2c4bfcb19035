package org.casdm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    private Path folder;

    private <T> T write(String name, AtomicFile.Content<T> content) throws IOException {
        return AtomicFile.create(
                FileSystem.getLocal(new Configuration()),
                new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()),
                content);
    }

    @Test
    void isCreatedWithItsParentsAndNothingElse() throws IOException {
        int result = write("a/b/new", stream -> {
            stream.write("content".getBytes(StandardCharsets.US_ASCII));
            assertThat(folder.resolve("a/b/new")).doesNotExist();
            return 3;
        });
        assertThat(result).isEqualTo(3);
        assertThat(folder.resolve("a/b/new")).hasContent("content");
        assertThat(folder.resolve("a/b")).isDirectoryNotContaining(path -> !path.endsWith("new"));
    }

    @Test
    void leavesNothingBehindWhenItFails() {
        for (var failure : new Exception[] {new IOException("torn"), new IllegalStateException("wrong")}) {
            assertThatThrownBy(() -> write("new", stream -> {
                        stream.write("half".getBytes(StandardCharsets.US_ASCII));
                        if (failure instanceof IOException broken) {
                            throw broken;
                        }
                        throw (RuntimeException) failure;
                    }))
                    .isSameAs(failure);
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void replacesNothing() throws IOException {
        Files.writeString(folder.resolve("old"), "old");
        assertThatThrownBy(() -> write("old", stream -> null)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(folder.resolve("old")).hasContent("old");
    }
}
