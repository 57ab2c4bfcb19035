package org.casdm.data.picture;

import java.nio.charset.StandardCharsets;

/** What the structure of a file says that its decoder does not: whether it is whole, and what is in it. */
final class Containers {
    private static final int GIF_HEADER = 13;
    private static final int GIF_EXTENSION = 0x21;
    private static final int GIF_IMAGE = 0x2c;

    private Containers() {
    }

    /** Whether a RIFF file (WebP) is as long as it says. */
    static boolean hasWholeRiff(byte[] file) {
        return littleEndian(file, 4) + 8 <= file.length;
    }

    /** Whether a WebP holds pixels in the lossy VP8 format, in any of its frames. */
    static boolean isLossyWebP(byte[] file) {
        for (long at = 12; at + 8 <= file.length; ) {
            int start = (int) at;
            String name = new String(file, start, 4, StandardCharsets.ISO_8859_1);
            if (name.equals("VP8 ")) {
                return true;
            }
            if (name.equals("ANMF")) {
                // Frames hold chunks themselves, behind 16 bytes of their place and duration.
                at += 8 + 16;
                continue;
            }
            long length = littleEndian(file, start + 4);
            at += 8 + length + (length & 1);
        }
        return false;
    }

    private static long littleEndian(byte[] file, int at) {
        return file[at] & 0xff | (file[at + 1] & 0xff) << 8 | (file[at + 2] & 0xff) << 16
                | (file[at + 3] & 0xffL) << 24;
    }

    /** Whether a GIF holds the whole data of its first frame. */
    static boolean hasFirstGifFrame(byte[] file) {
        if (file.length < GIF_HEADER) {
            return false;
        }
        int at = GIF_HEADER + colourTable(file[10]);
        while (at + 10 < file.length) {
            if (file[at] == GIF_EXTENSION) {
                at = afterSubBlocks(file, at + 2);
            } else if (file[at] == GIF_IMAGE) {
                // Ten bytes of descriptor, perhaps a colour table, one byte of code size, then the data.
                return afterSubBlocks(file, at + 10 + colourTable(file[at + 9]) + 1) <= file.length;
            } else {
                return false;
            }
        }
        return false;
    }

    private static int colourTable(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    /** The place behind the empty block that ends a chain; beyond the file's end when there is none. */
    private static int afterSubBlocks(byte[] file, int from) {
        int at = from;
        while (at < file.length && file[at] != 0) {
            at += 1 + (file[at] & 0xff);
        }
        return at + 1;
    }
}
