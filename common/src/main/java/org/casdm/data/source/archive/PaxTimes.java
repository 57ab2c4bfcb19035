package org.casdm.data.source.archive;

import java.io.IOException;

/**
 * Watches the headers of a tar for times that take hours to be understood: Commons Compress 1.23, which Spark brings,
 * makes whole numbers of what is written as 1e1000000 (CVE-2023-42503). A time is a plain decimal number.
 */
final class PaxTimes {
    /** {@code time=} in the last five bytes. */
    private static final long KEY = 0x74_69_6d_65_3dL;

    private static final long KEY_BYTES = 0xff_ffff_ffffL;
    private static final int LONGEST_VALUE = 64;

    /** The last eight bytes. */
    private long window;
    /** Bytes of the value so far; negative outside of one. */
    private int length = -1;

    /** Takes the next bytes of headers. */
    void look(byte[] bytes, int offset, int count) throws IOException {
        for (int i = offset; i < offset + count; i++) {
            look(bytes[i]);
        }
    }

    private void look(byte next) throws IOException {
        window = window << 8 | next & 0xff;
        if (length >= 0) {
            if (next == '\n') {
                length = -1;
            } else if (++length > LONGEST_VALUE || next == 'e' || next == 'E') {
                throw new IOException("a time in the headers of an entry is not a plain number");
            }
        } else if ((window & KEY_BYTES) == KEY && isName((int) (window >> 40) & 0xffff)) {
            length = 0;
        }
    }

    /** Whether the two bytes before belong to a record's name: mtime, atime, ctime, LIBARCHIVE.creationtime. */
    private static boolean isName(int before) {
        return before == (' ' << 8 | 'm')
                || before == (' ' << 8 | 'a')
                || before == (' ' << 8 | 'c')
                || before == ('o' << 8 | 'n');
    }
}
