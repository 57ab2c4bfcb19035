package org.casdm.tensor.pytorch;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.casdm.tensor.SeekableInput;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a PyTorch file, a zip archive or the older stream: read, or refused by name. Nothing is run. */
class PyTorchFileFuzzTest {

    private static final String NAME = "model.pth";
    /** A view may repeat a few elements up to millions of times: that takes its time, and no memory. */
    private static final long ELEMENTS_READ = 1 << 16;

    static Stream<byte[]> files() {
        return Stream.of(
                        "state_zip.pth",
                        "layouts_zip.pth",
                        "big_endian_zip.pth",
                        "one_tensor_zip.pth",
                        "evil_zip.pth",
                        "state_legacy.pth",
                        "layouts_stream.pth",
                        "python2_stream.pth",
                        "training_stream_protocol4.pth",
                        "evil_legacy.pth")
                .map(Fixtures::bytes)
                .flatMap(file -> Stream.of(file, withoutChecksums(file)));
    }

    /** With a checksum of 0, which means none, in each entry of the zip directory: then what is changed is looked at. */
    private static byte[] withoutChecksums(byte[] file) {
        var bytes = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 20 <= file.length; at++) {
            if (bytes.getInt(at) == 0x02014b50) {
                bytes.putInt(at + 16, 0);
            }
        }
        return bytes.array();
    }

    @MethodSource("files")
    @FuzzTest
    void read(byte[] content) {
        Untrusted.isRead(NAME, () -> {
            try (var file = PyTorchFile.open(SeekableInput.of(NAME, content))) {
                for (var tensor : file.tensors().values()) {
                    if (tensor.elementCount() <= ELEMENTS_READ) {
                        tensor.readFloats();
                        tensor.readDoubles();
                    }
                }
            }
        });
    }
}
