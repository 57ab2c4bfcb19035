package org.casdm.tensor.npy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.casdm.tensor.SeekableInput;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as NumPy's files: read, or refused by name. */
class NpzFileFuzzTest {

    static Stream<byte[]> archives() {
        return Stream.of("/npy/stored.npz", "/npy/deflated.npz", "/metric/statistics.npz")
                .map(Resources::bytes);
    }

    static Stream<byte[]> arrays() {
        return Stream.of("/npy/matrix.npy", "/npy/complex.npy", "/npy/objects.npy", "/npy/record.npy")
                .map(Resources::bytes);
    }

    @MethodSource("archives")
    @FuzzTest
    void archive(byte[] content) {
        Untrusted.isRead("arrays.npz", () -> {
            try (var file = new NpzFile(SeekableInput.of("arrays.npz", content))) {
                for (var name : file.names()) {
                    Untrusted.isRead("arrays.npz", () -> {
                        file.header(name);
                        file.array(name).readAll();
                    });
                }
            }
        });
    }

    @MethodSource("arrays")
    @FuzzTest
    void array(byte[] content) {
        Untrusted.isRead("array.npy", () -> {
            try (var reader = NpyReader.open(SeekableInput.of("array.npy", content))) {
                reader.readAll();
            }
        });
    }
}
