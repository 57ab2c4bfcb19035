package org.casdm.job.prepare;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What is sent to the task that writes a shard, as one array of bytes: 4 bytes for the source's part, 4 for the label,
 * then pixels; or {@link #BAD} for the label, then the reason why there are none.
 */
final class PreparedRecord {

    static final int PIXELS_OFFSET = 2 * Integer.BYTES;
    private static final int BAD = Integer.MIN_VALUE;

    private PreparedRecord() {}

    /** An array with room for pixels from {@link #PIXELS_OFFSET} on. */
    static byte[] image(int part, int label, int byteCount) {
        return ByteBuffer.allocate(PIXELS_OFFSET + byteCount)
                .putInt(part)
                .putInt(label)
                .array();
    }

    static byte[] bad(int part, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(PIXELS_OFFSET + text.length)
                .putInt(part)
                .putInt(BAD)
                .put(text)
                .array();
    }

    static int part(byte[] record) {
        return ByteBuffer.wrap(record).getInt();
    }

    static int label(byte[] record) {
        return ByteBuffer.wrap(record).getInt(Integer.BYTES);
    }

    static boolean isBad(byte[] record) {
        return label(record) == BAD;
    }

    static String reason(byte[] record) {
        return new String(record, PIXELS_OFFSET, record.length - PIXELS_OFFSET, StandardCharsets.UTF_8);
    }
}
