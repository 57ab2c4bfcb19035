package org.casdm.tensor;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.casdm.tensor.file.TensorFile;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a safetensors file: read, or refused by name. */
class SafetensorsFuzzTest {

    private static final String NAME = "model.safetensors";

    static Stream<byte[]> files() {
        return Stream.of(
                        "/org/casdm/tensor/python.safetensors",
                        "/golden/formula.safetensors",
                        "/fixtures/pytorch/state_expected.safetensors")
                .map(Resources::bytes);
    }

    @MethodSource("files")
    @FuzzTest
    void read(byte[] content) {
        Untrusted.isRead(NAME, () -> {
            try (var file = TensorFile.open(SeekableInput.of(NAME, content))) {
                for (var tensor : file.tensors()) {
                    tensor.readBytes(chunk -> {});
                    if (tensor.info().type().isFloatingPoint()) {
                        tensor.read(chunk -> {});
                    }
                }
            }
        });
    }
}
