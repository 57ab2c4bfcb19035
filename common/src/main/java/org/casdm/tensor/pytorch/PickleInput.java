package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.casdm.tensor.SeekableInput;

/**
 * The bytes of one pickle or of several in a row, with the numbers and strings that opcodes carry. Never reads, and
 * never reserves memory, beyond the end that it was given.
 */
final class PickleInput {

    private static final int WINDOW = 1 << 16;
    private static final int LONGEST_STRING = 16 << 20;
    private static final int LONGEST_LINE = 1024;

    private final SeekableInput source;
    private final long start;
    private final long end;
    private final byte[] window = new byte[WINDOW];
    private long windowStart;
    private int windowSize;
    private long position;

    /** The bytes of {@code source} from {@code start} up to {@code end}. */
    PickleInput(SeekableInput source, long start, long end) {
        this.source = source;
        this.start = start;
        this.end = end;
        this.position = start;
        this.windowStart = start;
    }

    /** Place of the next byte in the file. */
    long position() {
        return position;
    }

    int readByte() throws IOException {
        require(1);
        if (position >= windowStart + windowSize) {
            windowStart = position;
            windowSize = (int) Math.min(WINDOW, end - position);
            source.readFully(windowStart, window, 0, windowSize);
        }
        return window[(int) (position++ - windowStart)] & 0xff;
    }

    int readUnsignedShort() throws IOException {
        return readByte() | readByte() << 8;
    }

    int readInt() throws IOException {
        return readUnsignedShort() | readUnsignedShort() << 16;
    }

    long readLong() throws IOException {
        return Integer.toUnsignedLong(readInt()) | (long) readInt() << 32;
    }

    /** A double, most significant byte first (unlike everything else in a pickle). */
    double readDouble() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(readLong()));
    }

    /** A little-endian number in two's complement: {@code Long} if it fits, else {@code BigInteger}. */
    Number readNumber(int length) throws IOException {
        if (length == 0) {
            return 0L;
        }
        var bytes = readBytes(length);
        for (int i = 0, j = length - 1; i < j; i++, j--) {
            var swapped = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = swapped;
        }
        var number = new BigInteger(bytes);
        if (number.bitLength() < Long.SIZE) {
            return number.longValue();
        }
        return number;
    }

    String readString(long length) throws IOException {
        if (length < 0 || length > LONGEST_STRING) {
            throw problem("a string of " + Long.toUnsignedString(length) + " bytes; the limit is " + LONGEST_STRING);
        }
        return decode(readBytes((int) length));
    }

    /** Bytes as a value. */
    ByteBuffer readBinary(long length) throws IOException {
        if (length < 0 || length > LONGEST_STRING) {
            throw problem(Long.toUnsignedString(length) + " bytes as one value; the limit is " + LONGEST_STRING);
        }
        return ByteBuffer.wrap(readBytes((int) length)).asReadOnlyBuffer();
    }

    /** Text up to the next line feed. */
    String readLine() throws IOException {
        var line = ByteBuffer.allocate(LONGEST_LINE);
        for (var next = readByte(); next != '\n'; next = readByte()) {
            if (!line.hasRemaining()) {
                throw problem("a name longer than " + LONGEST_LINE + " bytes");
            }
            line.put((byte) next);
        }
        return decode(Arrays.copyOf(line.array(), line.position()));
    }

    PickleException problem(String what) {
        return new PickleException(
                source.name(), "pickle at byte " + start + ", before byte " + position + ": " + what);
    }

    private byte[] readBytes(int length) throws IOException {
        require(length);
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) readByte();
        }
        return bytes;
    }

    private String decode(byte[] bytes) throws PickleException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw problem("a string that is not UTF-8");
        }
    }

    private void require(long count) throws PickleException {
        if (count > end - position) {
            throw problem("the pickle is cut: " + count + " more bytes are needed, but it ends at byte " + end);
        }
    }
}
