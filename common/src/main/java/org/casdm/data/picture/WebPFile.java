package org.casdm.data.picture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The chunks of a WebP file (RFC 9649): which of them holds the pixels, and whether the file has them all. */
final class WebPFile {
    private static final int FILE_HEADER = 12;
    private static final int CHUNK_HEADER = 8;
    /** Place, size, duration and flags of an animation's frame. */
    private static final int FRAME_HEADER = 16;

    private WebPFile() {}

    /** Whether the file is as long as it says. */
    static boolean isWhole(byte[] file) {
        return file.length >= FILE_HEADER && unsigned(file, 4, 4) + 8 <= file.length;
    }

    /**
     * The file itself, or of an animation its first frame as a file of its own, without transparency.
     *
     * @throws IOException when the first frame is not as large as the picture, or is not there
     */
    static byte[] still(byte[] file) throws IOException {
        long width = 0;
        long height = 0;
        for (long at = FILE_HEADER; at + CHUNK_HEADER <= file.length; at = next(file, (int) at)) {
            int start = (int) at + CHUNK_HEADER;
            switch (name(file, (int) at)) {
                case "VP8X" -> {
                    width = unsigned(file, start + 4, 3) + 1;
                    height = unsigned(file, start + 7, 3) + 1;
                }
                case "ANMF" -> {
                    if (unsigned(file, start + 6, 3) + 1 != width || unsigned(file, start + 9, 3) + 1 != height) {
                        throw new IOException("an animation whose first frame does not fill the picture");
                    }
                    return pixels(file, start + FRAME_HEADER, Math.min(file.length, next(file, (int) at)));
                }
                default -> {
                    // Metadata, or the pixels of a file that is still already.
                }
            }
        }
        return file;
    }

    private static byte[] pixels(byte[] file, long from, long to) throws IOException {
        for (long at = from; at + CHUNK_HEADER <= to; at = next(file, (int) at)) {
            if (name(file, (int) at).startsWith("VP8")) {
                int length = (int) (Math.min(to, next(file, (int) at)) - at);
                byte[] still = Arrays.copyOf(file, FILE_HEADER + length);
                System.arraycopy(file, (int) at, still, FILE_HEADER, length);
                int size = still.length - 8;
                for (int i = 0; i < 4; i++) {
                    still[4 + i] = (byte) (size >> 8 * i);
                }
                return still;
            }
        }
        throw new IOException("a frame without pixels");
    }

    /** Behind a chunk, which is padded to an even length. */
    private static long next(byte[] file, int at) {
        long length = unsigned(file, at + 4, 4);
        return at + CHUNK_HEADER + length + (length & 1);
    }

    private static String name(byte[] file, int at) {
        return new String(file, at, 4, StandardCharsets.ISO_8859_1);
    }

    /** A little-endian number. */
    private static long unsigned(byte[] file, int at, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | file[at + i] & 0xff;
        }
        return value;
    }
}
