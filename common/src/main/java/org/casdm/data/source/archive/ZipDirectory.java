package org.casdm.data.source.archive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;
import org.casdm.data.source.RangeInput;

/**
 * The central directory at the end of a zip (PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16, with the ZIP64
 * extensions). It is read apart from the data because a library's zip file cannot be sent: the driver reads it once, and
 * tasks get the places of their entries.
 */
final class ZipDirectory {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int LOCATOR_BYTES = 20;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int UTF8_FLAG = 1 << 11;
    private static final int UNIX = 3;
    private static final int FILE_TYPE = 0170000;
    private static final int LINK = 0120000;
    private static final int SIZES_ID = 0x0001;
    private static final int UNICODE_PATH_ID = 0x7075;
    private static final long IN_ZIP64 = 0xffffffffL;

    private final RangeInput input;
    /** Bytes before the archive's begin: that of a self-extracting one is a program. */
    private long prefix;

    private ZipDirectory(RangeInput input) {
        this.input = input;
    }

    /**
     * Reads the entries, without folders, in the order of their data.
     *
     * @param input  the file
     * @param length of the file
     * @throws IOException if the storage fails (see {@link RangeInput#failure}), or there is no directory, or it is
     *     damaged
     */
    static List<ZipMember> read(RangeInput input, long length) throws IOException {
        try {
            return new ZipDirectory(input).read(length);
        } catch (EOFException e) {
            throw new IOException("the directory ends early", e);
        }
    }

    private List<ZipMember> read(long length) throws IOException {
        long place = Math.max(0, length - END_BYTES - LONGEST_COMMENT);
        ByteBuffer tail = bytes(place, (int) (length - place));
        int end = tail.limit() - END_BYTES;
        while (end >= 0
                && (tail.getInt(end) != END_SIGNATURE || unsigned(tail, end + 20) > tail.limit() - end - END_BYTES)) {
            end--;
        }
        if (end < 0) {
            throw new IOException("the directory's end is missing");
        }
        long count = unsigned(tail, end + 10);
        long size = tail.getInt(end + 12) & IN_ZIP64;
        long start = tail.getInt(end + 16) & IN_ZIP64;
        long directoryEnd = place + end;
        if (directoryEnd >= LOCATOR_BYTES) {
            ByteBuffer locator = bytes(directoryEnd - LOCATOR_BYTES, LOCATOR_BYTES);
            if (locator.getInt(0) == LOCATOR_SIGNATURE) {
                long locatorPlace = directoryEnd - LOCATOR_BYTES;
                directoryEnd = checked(locator.getLong(8), locatorPlace - END64_BYTES);
                ByteBuffer end64 = bytes(directoryEnd, END64_BYTES);
                if (end64.getInt(0) != END64_SIGNATURE) {
                    // Behind a program, places are further on; the record is just before its locator.
                    directoryEnd = locatorPlace - END64_BYTES;
                    end64 = bytes(directoryEnd, END64_BYTES);
                }
                if (end64.getInt(0) != END64_SIGNATURE) {
                    throw new IOException("the ZIP64 record of the directory's end is not where its locator says");
                }
                count = end64.getLong(32);
                size = end64.getLong(40);
                start = end64.getLong(48);
            }
        }
        checked(size, directoryEnd);
        prefix = directoryEnd - size - start;
        if (start < 0 || prefix < 0) {
            throw new IOException("the directory is not where the file's end says");
        }
        return entries(directoryEnd - size, directoryEnd, count);
    }

    private List<ZipMember> entries(long start, long end, long count) throws IOException {
        var members = new ArrayList<ZipMember>();
        input.seek(start);
        for (long i = 0; i < count; i++) {
            ByteBuffer header = next(ENTRY_BYTES);
            if (header.getInt(0) != ENTRY_SIGNATURE) {
                throw new IOException("entry " + i + " of " + count + " of the directory is damaged");
            }
            byte[] name = next(unsigned(header, 28)).array();
            ByteBuffer extra = next(unsigned(header, 30));
            input.skip(unsigned(header, 32));
            if (input.position() > end) {
                throw new IOException("entry " + i + " of " + count + " goes beyond the directory");
            }
            if (name.length == 0 || name[name.length - 1] != '/') {
                members.add(member(header, name, extra, start));
            }
        }
        members.sort(Comparator.comparingLong(ZipMember::offset));
        return members;
    }

    private ZipMember member(ByteBuffer header, byte[] name, ByteBuffer extra, long directory) throws IOException {
        long size = header.getInt(24) & IN_ZIP64;
        long packed = header.getInt(20) & IN_ZIP64;
        long offset = header.getInt(42) & IN_ZIP64;
        String decoded = name(name, (unsigned(header, 8) & UTF8_FLAG) != 0);
        while (extra.remaining() >= 2 * Short.BYTES) {
            int id = extra.getShort() & 0xffff;
            int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
            ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            extra.position(extra.position() + length);
            if (id == SIZES_ID) {
                size = large(size, field);
                packed = large(packed, field);
                offset = large(offset, field);
            } else if (id == UNICODE_PATH_ID && length > 5 && field.getInt(1) == checksum(name)) {
                decoded = StandardCharsets.UTF_8.decode(field.position(5)).toString();
            }
        }
        if (size < 0 || packed < 0 || offset < 0 || offset > directory - prefix) {
            throw new IOException("the directory has impossible numbers of the entry " + EntryNames.shown(decoded));
        }
        boolean unix = header.getShort(4) >> 8 == UNIX;
        boolean link = unix && (header.getInt(38) >>> 16 & FILE_TYPE) == LINK;
        return new ZipMember(
                EntryNames.plain(decoded),
                link,
                unsigned(header, 8),
                unsigned(header, 10),
                header.getInt(16),
                packed,
                size,
                prefix + offset);
    }

    /** A number of 32 bits, or the one of 64 that replaces it. */
    private static long large(long number, ByteBuffer field) {
        return number == IN_ZIP64 && field.remaining() >= Long.BYTES ? field.getLong() : number;
    }

    /** Names without the mark of UTF-8 are that too in practice; of any other code each byte becomes a character. */
    private static String name(byte[] bytes, boolean utf8) {
        if (utf8) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static int checksum(byte[] bytes) {
        var checksum = new CRC32();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    private static long checked(long number, long most) throws IOException {
        if (number < 0 || number > most) {
            throw new IOException("the directory begins or ends outside the file");
        }
        return number;
    }

    private static int unsigned(ByteBuffer bytes, int at) {
        return bytes.getShort(at) & 0xffff;
    }

    private ByteBuffer bytes(long place, int length) throws IOException {
        input.seek(place);
        return next(length);
    }

    private ByteBuffer next(int length) throws IOException {
        byte[] bytes = input.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
