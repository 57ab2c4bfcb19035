package org.casdm.job.report.event;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * Writes a TensorBoard event file: TensorFlow's {@code Event} messages ({@code event.proto}, {@code summary.proto}),
 * each a record of a TFRecord file, which is
 *
 * <pre>
 *   uint64 length, uint32 masked CRC-32C of the length, the message, uint32 masked CRC-32C of the message
 * </pre>
 *
 * with all numbers little-endian. TensorBoard takes a file for one of these if its name has {@code tfevents} in it.
 */
public final class EventWriter {

    /** What such a file begins with. */
    private static final String VERSION = "brain.Event:2";

    private final OutputStream output;

    /**
     * Begins a file.
     *
     * @param output stays open
     * @param begun  time of the file's first record
     */
    public EventWriter(OutputStream output, Instant begun) throws IOException {
        this.output = output;
        record(new ProtobufMessage().float64(1, seconds(begun)).text(3, VERSION));
        // The start of a session: what TensorBoard has read of an earlier file of the folder is dropped.
        record(new ProtobufMessage().float64(1, seconds(begun)).message(7, new ProtobufMessage().integer(1, 1)));
    }

    /** A number of a step. TensorBoard keeps it as a 32-bit float; it may be infinite or not a number. */
    public void scalar(Instant time, long step, String tag, double value) throws IOException {
        event(time, step, new ProtobufMessage().text(1, tag).float32(2, (float) value));
    }

    /**
     * A picture of a step.
     *
     * @param png its file
     * @throws IllegalArgumentException if that is no PNG file
     */
    public void image(Instant time, long step, String tag, byte[] png) throws IOException {
        var header = PngHeader.of(png);
        event(
                time,
                step,
                new ProtobufMessage()
                        .text(1, tag)
                        .message(
                                4,
                                new ProtobufMessage()
                                        .integer(1, header.height())
                                        .integer(2, header.width())
                                        .integer(3, header.channels())
                                        .bytes(4, png)));
    }

    /** A text in Markdown. */
    public void text(Instant time, long step, String tag, String markdown) throws IOException {
        var plugin = new ProtobufMessage().message(1, new ProtobufMessage().text(1, "text"));
        // A scalar of strings: its shape is there and has no dimensions.
        var tensor = new ProtobufMessage()
                .integer(1, 7)
                .message(2, new ProtobufMessage())
                .text(8, markdown);
        event(time, step, new ProtobufMessage().text(1, tag).message(8, tensor).message(9, plugin));
    }

    private void event(Instant time, long step, ProtobufMessage value) throws IOException {
        record(new ProtobufMessage()
                .float64(1, seconds(time))
                .integer(2, step)
                .message(5, new ProtobufMessage().message(1, value)));
    }

    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / 1e9;
    }

    private void record(ProtobufMessage message) throws IOException {
        byte[] content = message.toByteArray();
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(content.length)
                .array();
        output.write(length);
        output.write(maskedChecksum(length));
        output.write(content);
        output.write(maskedChecksum(content));
    }

    /** Masked, so that the checksum of data that holds checksums is none that fits by accident. */
    private static byte[] maskedChecksum(byte[] content) {
        var checksum = new CRC32C();
        checksum.update(content);
        int masked = Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(masked)
                .array();
    }
}
