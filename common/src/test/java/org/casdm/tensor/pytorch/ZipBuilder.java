package org.casdm.tensor.pytorch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes zip archives of stored entries, with zip64 fields on request, and wrong ones where a test says so. */
final class ZipBuilder {

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int count;
    private boolean zip64;

    /** From here on sizes and places stand in zip64 fields. */
    ZipBuilder zip64() {
        zip64 = true;
        return this;
    }

    ZipBuilder entry(String name, byte[] content) {
        return entry(name, content, content.length, data.size(), 0);
    }

    ZipBuilder entry(String name, byte[] content, long declaredSize, long declaredPosition, int method) {
        var encoded = name.getBytes(StandardCharsets.UTF_8);
        data.writeBytes(little(30)
                .putInt(0x04034b50)
                .putShort(26, (short) encoded.length)
                .putShort(28, (short) 4)
                .array());
        data.writeBytes(encoded);
        // An extra field, as PyTorch pads its entries with.
        data.writeBytes(new byte[] {'F', 'B', 0, 0});
        data.writeBytes(content);
        var extra = zip64
                ? little(28)
                        .putShort((short) 1)
                        .putShort((short) 24)
                        .putLong(declaredSize)
                        .putLong(declaredSize)
                        .putLong(declaredPosition)
                        .array()
                : new byte[0];
        directory.writeBytes(little(46)
                .putInt(0, 0x02014b50)
                .putShort(10, (short) method)
                .putInt(20, zip64 ? -1 : (int) declaredSize)
                .putInt(24, zip64 ? -1 : (int) declaredSize)
                .putShort(28, (short) encoded.length)
                .putShort(30, (short) extra.length)
                .putInt(42, zip64 ? -1 : (int) declaredPosition)
                .array());
        directory.writeBytes(encoded);
        directory.writeBytes(extra);
        count++;
        return this;
    }

    byte[] build() {
        var archive = new ByteArrayOutputStream();
        archive.writeBytes(data.toByteArray());
        archive.writeBytes(directory.toByteArray());
        if (zip64) {
            archive.writeBytes(little(56)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .putLong(24, count)
                    .putLong(32, count)
                    .putLong(40, directory.size())
                    .putLong(48, data.size())
                    .array());
            archive.writeBytes(little(20)
                    .putInt(0x07064b50)
                    .putLong(8, data.size() + directory.size())
                    .array());
        }
        archive.writeBytes(little(22)
                .putInt(0x06054b50)
                .putShort(8, (short) (zip64 ? -1 : count))
                .putShort(10, (short) (zip64 ? -1 : count))
                .putInt(12, zip64 ? -1 : directory.size())
                .putInt(16, zip64 ? -1 : data.size())
                .array());
        return archive.toByteArray();
    }

    /** A state file of a tree and storages by key. */
    byte[] state(byte[] pickle, Map<String, byte[]> storages) {
        entry("archive/data.pkl", pickle);
        storages.forEach((key, content) -> entry("archive/data/" + key, content));
        return build();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
