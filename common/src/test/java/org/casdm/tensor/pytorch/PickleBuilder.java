package org.casdm.tensor.pytorch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles instruction by instruction, so that tests can say what no honest program would. */
final class PickleBuilder {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PickleBuilder() {
        raw(0x80, 2);
    }

    PickleBuilder raw(int... values) {
        for (var value : values) {
            bytes.write(value);
        }
        return this;
    }

    PickleBuilder raw(String instructions) {
        bytes.writeBytes(instructions.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleBuilder raw(byte[] instructions) {
        bytes.writeBytes(instructions);
        return this;
    }

    PickleBuilder text(String value) {
        var encoded = value.getBytes(StandardCharsets.UTF_8);
        raw("X").raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(encoded.length)
                .array());
        return raw(encoded);
    }

    PickleBuilder number(long value) {
        raw(0x8a, 8);
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    PickleBuilder numbers(long... values) {
        raw("(");
        for (var value : values) {
            number(value);
        }
        return raw("t");
    }

    PickleBuilder storage(String storageClass, String key, long count) {
        var global = storageClass.contains("\n") ? "ctorch." + storageClass : "ctorch\n" + storageClass;
        return raw("(").text("storage")
                .raw(global + "\n")
                .text(key)
                .text("cpu")
                .number(count)
                .raw("tQ");
    }

    PickleBuilder tensor(String storageClass, String key, long count, long offset, long[] shape, long[] strides) {
        return raw("ctorch._utils\n_rebuild_tensor_v2\n(")
                .storage(storageClass, key, count)
                .number(offset)
                .numbers(shape)
                .numbers(strides)
                .raw(0x89)
                .raw("}tR");
    }

    byte[] stop() {
        raw(".");
        return bytes.toByteArray();
    }
}
