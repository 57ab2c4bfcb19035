package org.casdm.data.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What has to be known of a BMP before it is decoded. */
final class BmpFile {

    /** Length of the file's own header, in front of the picture's. */
    private static final int HEADER = 14;
    /** Where that says at which byte the pixels begin. */
    private static final int PIXELS_FROM = 10;

    private BmpFile() {}

    /**
     * Whether the pixels begin within the file. A decoder takes what is before them for the palette, and allocates as
     * much: 63 bytes may ask for 2 GiB.
     */
    static boolean hasPixels(byte[] content) {
        return content.length >= HEADER
                && Integer.toUnsignedLong(ByteBuffer.wrap(content)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt(PIXELS_FROM))
                        <= content.length;
    }
}
