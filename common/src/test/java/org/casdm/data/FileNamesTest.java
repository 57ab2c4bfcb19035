package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileNamesTest {

    @TempDir
    Path folder;

    @Test
    void nameOutsideOfAscii_isRejectedInEveryCharsetButUtf8() {
        for (var charset : new Charset[] {StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1}) {
            assertThatThrownBy(() -> FileNames.requireUtf8("/pics/B\u00e4r.png", charset))
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll("/pics/B\u00e4r.png", charset.name(), "LC_ALL=C.UTF-8");
            assertThatCode(() -> FileNames.requireUtf8("/pics/a.png", charset)).doesNotThrowAnyException();
        }
        assertThatCode(() -> FileNames.requireUtf8("/pics/\u732b.png", StandardCharsets.UTF_8))
                .doesNotThrowAnyException();
    }

    @Test
    void replacementCharacter_isAllowedWhereTheFileIsReallyCalledSo() throws IOException {
        var file = folder.resolve("b\ufffdd.png");
        assertThat(FileNames.survives(file)).isFalse();
        Files.createFile(file);
        assertThat(FileNames.survives(file)).isTrue();
    }
}
