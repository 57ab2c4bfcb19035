package org.casdm.data.picture;

import java.io.ByteArrayOutputStream;

/**
 * What a JPEG's segments say, and the file without its colour profile.
 *
 * @param components     colour components: 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK; 0 when there is no frame header
 * @param adobeTransform the Adobe segment's transform flag (0 none, 1 YCbCr, 2 YCCK), -1 without such a segment
 * @param complete       whether the end marker is there: decoders pad what is missing with grey and say nothing
 * @param plain          the file's bytes without ICC profiles
 */
record JpegHeader(int components, int adobeTransform, boolean complete, byte[] plain) {
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int APPLICATION_2 = 0xe2;
    private static final int APPLICATION_14 = 0xee;
    /** Two marker bytes, and two of length. */
    private static final int SEGMENT_PREFIX = 4;

    /** Walks the segments up to the first scan. A broken structure is left to the decoder to complain about. */
    static JpegHeader of(byte[] file) {
        int components = 0;
        int adobe = -1;
        var plain = new ByteArrayOutputStream(file.length);
        plain.write(file, 0, 2);
        int at = 2;
        while (at + SEGMENT_PREFIX <= file.length && (file[at] & 0xff) == 0xff) {
            int marker = file[at + 1] & 0xff;
            if (marker == 0xff) {
                at++;
                continue;
            }
            int end = at + 2 + ((file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff);
            if (marker == START_OF_SCAN || end > file.length) {
                break;
            }
            if (isFrame(marker) && at + 9 < end) {
                components = file[at + 9] & 0xff;
            } else if (marker == APPLICATION_14 && end - at >= 16 && file[at + 4] == 'A' && file[at + 5] == 'd') {
                adobe = file[at + 15] & 0xff;
            }
            if (marker != APPLICATION_2) {
                plain.write(file, at, end - at);
            }
            at = end;
        }
        plain.write(file, at, file.length - at);
        return new JpegHeader(components, adobe, hasEnd(file, at), plain.toByteArray());
    }

    private static boolean hasEnd(byte[] file, int from) {
        int at = from;
        while (at + 1 < file.length) {
            int marker = file[at + 1] & 0xff;
            if ((file[at] & 0xff) != 0xff || marker == 0xff) {
                at++;
            } else if (marker == END_OF_IMAGE) {
                return true;
            } else if (marker == 0 || marker >= 0xd0 && marker <= 0xd7) {
                // A stuffed byte of the compressed data, or a restart marker.
                at += 2;
            } else if (at + SEGMENT_PREFIX <= file.length) {
                at += 2 + ((file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff);
            } else {
                return false;
            }
        }
        return false;
    }

    private static boolean isFrame(int marker) {
        // C4, C8 and CC in the same range are tables and extensions.
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }
}
