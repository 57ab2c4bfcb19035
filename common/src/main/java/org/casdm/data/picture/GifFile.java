package org.casdm.data.picture;

/** The blocks of a GIF: whether the first frame is whole, about which decoders say nothing. */
final class GifFile {
    private static final int GIF_HEADER = 13;
    private static final int GIF_EXTENSION = 0x21;
    private static final int GIF_IMAGE = 0x2c;

    private GifFile() {}

    /** Whether a GIF holds the whole data of its first frame. */
    static boolean hasFirstFrame(byte[] file) {
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

    /** The place after the empty block that ends a chain; beyond the file's end when there is none. */
    private static int afterSubBlocks(byte[] file, int from) {
        int at = from;
        while (at < file.length && file[at] != 0) {
            at += 1 + (file[at] & 0xff);
        }
        return at + 1;
    }
}
