package org.casdm.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Safetensors files of more than 2 GiB. */
class LargeSafetensorsIT {

    @Test
    void tensorsBeyondTwoGigabytesAreWrittenAndRead() throws IOException {
        // The file exists as a formula only: element i of the tensor is i modulo 2^16.
        var count = (1L << 31) / 4 + 12_345;
        var info = TensorInfo.float32("large", count);
        var head = new ByteArrayOutputStream();
        var chunk = new float[1 << 16];
        for (var i = 0; i < chunk.length; i++) {
            chunk[i] = i;
        }
        var pattern = ByteBuffer.allocate(4 << 16).order(ByteOrder.LITTLE_ENDIAN);
        pattern.asFloatBuffer().put(chunk);
        var keepsTheStart = new OutputStream() {
            private long written;

            @Override
            public void write(int value) {
                throw new AssertionError("the writer writes whole chunks");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                if (written < 1000) {
                    head.write(bytes, offset, Math.min(length, 1000));
                }
                written += length;
            }
        };
        var writer = new SafetensorsWriter(keepsTheStart, List.of(info), Map.of());
        writer.write(TensorSource.of(info, sink -> {
            for (var left = count; left > 0; left -= chunk.length) {
                sink.accept(chunk, 0, (int) Math.min(left, chunk.length));
            }
        }));
        var size = writer.finish().bytes();
        assertThat(size).isEqualTo(keepsTheStart.written).isGreaterThan(1L << 31);

        var headerBytes = (int) (size - 4 * count);
        var input = new SeekableInput() {
            @Override
            public String name() {
                return "large.safetensors";
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public void readFully(long position, byte[] destination, int offset, int length) {
                if (position < headerBytes) {
                    System.arraycopy(head.toByteArray(), (int) position, destination, offset, length);
                    return;
                }
                for (var done = 0; done < length; ) {
                    var from = (int) ((position + done - headerBytes) % pattern.capacity());
                    var part = Math.min(length - done, pattern.capacity() - from);
                    System.arraycopy(pattern.array(), from, destination, offset + done, part);
                    done += part;
                }
            }

            @Override
            public void close() {}
        };
        try (var reader = new SafetensorsReader(input)) {
            var seen = new long[1];
            var last = new float[1];
            reader.read("large", values -> {
                seen[0] += values.remaining();
                last[0] = values.get(values.limit() - 1);
            });
            assertThat(seen[0]).isEqualTo(count);
            assertThat(last[0]).isEqualTo((count - 1) % (1 << 16));
        }
    }
}
