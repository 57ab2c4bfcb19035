package org.casdm.data.picture;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a JPEG's segments say, and the file without its colour profile.
 *
 * @param components     colour components: 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK; 0 when there is no frame header
 * @param jfif           whether it says to be of the JFIF kind, whose three components are YCbCr
 * @param adobeTransform the Adobe segment's transform flag (0 none, 1 YCbCr, 2 YCCK), -1 without such a segment
 * @param complete       whether the end marker is there: decoders pad what is missing with grey and say nothing
 * @param content        the file's bytes without ICC profiles
 */
record JpegHeader(int components, boolean jfif, int adobeTransform, boolean complete, byte[] content) {
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int APPLICATION_0 = 0xe0;
    private static final int APPLICATION_2 = 0xe2;
    private static final int APPLICATION_14 = 0xee;
    /** Compressed data does not happen to hold it. */
    private static final byte[] PROFILE_NAME = "ICC_PROFILE".getBytes(StandardCharsets.US_ASCII);
    /** Two marker bytes, and two of length. */
    private static final int SEGMENT_PREFIX = 4;

    /** Walks the segments up to the first scan. A broken structure is left to the decoder to complain about. */
    static JpegHeader of(byte[] file) {
        int components = 0;
        int adobe = -1;
        boolean jfif = false;
        boolean profile = false;
        int at = 2;
        while (at + SEGMENT_PREFIX <= file.length && (file[at] & 0xff) == 0xff) {
            int marker = file[at + 1] & 0xff;
            if (marker == 0xff) {
                at++;
                continue;
            }
            int end = at + 2 + length(file, at);
            if (marker == START_OF_SCAN || end > file.length) {
                break;
            }
            if (isFrame(marker) && at + 9 < end) {
                components = file[at + 9] & 0xff;
            } else if (marker == APPLICATION_0
                    && end - at >= 14
                    && file[at + 4] == 'J'
                    && file[at + 5] == 'F'
                    && file[at + 6] == 'I'
                    && file[at + 7] == 'F') {
                jfif = true;
            } else if (marker == APPLICATION_14 && end - at >= 16 && file[at + 4] == 'A' && file[at + 5] == 'd') {
                adobe = file[at + 15] & 0xff;
            }
            profile |= marker == APPLICATION_2;
            at = end;
        }
        return new JpegHeader(components, jfif, adobe, hasEnd(file, at), profile ? withoutProfile(file, at) : file);
    }

    /** Whether every decoder agrees on what its components are: grey, or YCbCr by its own word. */
    boolean isPlain() {
        return components == 1 || components == 3 && (adobeTransform == 1 || adobeTransform < 0 && jfif);
    }

    /**
     * The content for decoders that find segments where this walk has found none, as they may in a damaged file: a
     * profile would be allocated that is as large as it says. Its signature is overwritten wherever it occurs.
     */
    byte[] contentForAnyDecoder() {
        byte[] decoded = content.clone();
        for (int at = 0; at <= decoded.length - PROFILE_NAME.length; at++) {
            if (decoded[at] == PROFILE_NAME[0]
                    && Arrays.equals(decoded, at, at + PROFILE_NAME.length, PROFILE_NAME, 0, PROFILE_NAME.length)) {
                decoded[at] = 0;
            }
        }
        return decoded;
    }

    private static byte[] withoutProfile(byte[] file, int scan) {
        var plain = new ByteArrayOutputStream(file.length);
        plain.write(file, 0, 2);
        int at = 2;
        while (at < scan) {
            int marker = file[at + 1] & 0xff;
            int end = marker == 0xff ? at + 1 : at + 2 + length(file, at);
            if (marker != APPLICATION_2) {
                plain.write(file, at, end - at);
            }
            at = end;
        }
        plain.write(file, scan, file.length - scan);
        return plain.toByteArray();
    }

    private static int length(byte[] file, int at) {
        return (file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff;
    }

    private static boolean hasEnd(byte[] file, int from) {
        int last = file.length - 2;
        if (last >= from && (file[last] & 0xff) == 0xff && (file[last + 1] & 0xff) == END_OF_IMAGE) {
            // In compressed data these two bytes never occur together.
            return true;
        }
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
                at += 2 + length(file, at);
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
