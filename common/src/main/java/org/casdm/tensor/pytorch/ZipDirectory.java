package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.casdm.tensor.SeekableInput;

/**
 * The directory of a zip file whose entries are stored without compression, as PyTorch writes them (with zip64 where
 * it is needed), after PKWARE's APPNOTE 6.3. Two reads find it, and one more an entry's data, which matters on object
 * storage. General zip libraries either open every entry for that or trust the entry's own header without comparing
 * it, and then a damaged length there would shift the numbers of a tensor unnoticed.
 */
final class ZipDirectory {

    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int ZIP64_END_SIGNATURE = 0x06064b50;
    private static final int ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
    private static final int LOCAL_SIZE = 30;
    private static final int CENTRAL_SIZE = 46;
    private static final int END_SIZE = 22;
    private static final int ZIP64_END_SIZE = 56;
    private static final int ZIP64_LOCATOR_SIZE = 20;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int ZIP64_EXTRA = 1;
    private static final int ENCRYPTED_FLAG = 1;
    private static final long LARGEST_DIRECTORY = 64L << 20;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final long IN_ZIP64 = 0xffffffffL;

    private final SeekableInput source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long directoryStart;

    /**
     * An entry as the directory has it.
     *
     * @param size bytes of data
     * @param crc CRC-32 of the data; 0 where the writer has left it out
     * @param headerPosition place of the entry's own header, which comes before the data
     */
    record Entry(String name, long size, long crc, int method, int flags, long headerPosition) {}

    ZipDirectory(SeekableInput source) throws IOException {
        this.source = source;
        readDirectory();
    }

    /** Entries by name, in the directory's order. */
    Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /** Place of an entry's first data byte, after comparing the entry's own header with the directory. */
    long locate(Entry entry) throws IOException {
        if (entry.method() != 0 || (entry.flags() & ENCRYPTED_FLAG) != 0) {
            throw problem("entry " + Text.quote(entry.name())
                    + " is compressed or encrypted; PyTorch stores entries as they are");
        }
        var name = entry.name().getBytes(StandardCharsets.UTF_8);
        if (entry.headerPosition() > directoryStart - LOCAL_SIZE - name.length) {
            throw outside(entry);
        }
        var header = read(entry.headerPosition(), LOCAL_SIZE + name.length);
        var nameLength = Short.toUnsignedInt(header.getShort(26));
        var extraLength = Short.toUnsignedInt(header.getShort(28));
        if (header.getInt(0) != LOCAL_SIGNATURE
                || nameLength != name.length
                || !ByteBuffer.wrap(name).equals(header.slice(LOCAL_SIZE, name.length))) {
            throw problem("the header of entry " + Text.quote(entry.name()) + " at byte " + entry.headerPosition()
                    + " is damaged");
        }
        var position = entry.headerPosition() + LOCAL_SIZE + nameLength + extraLength;
        if (position > directoryStart || entry.size() > directoryStart - position) {
            throw outside(entry);
        }
        return position;
    }

    /**
     * Compares an entry's data with its checksum.
     *
     * @param found CRC-32 of the data as it was read
     * @throws PyTorchFileException if it is another one
     */
    void requireChecksum(Entry entry, CRC32 found) throws PyTorchFileException {
        if (entry.crc() != 0 && entry.crc() != found.getValue()) {
            throw problem("entry " + Text.quote(entry.name()) + " is damaged: its CRC-32 is not the one in the zip"
                    + " directory (unless the file was saved after torch.serialization.set_crc32_options(False))");
        }
    }

    /** Reads an entry's data to compare it with its checksum. */
    void verify(Entry entry) throws IOException {
        var crc = new CRC32();
        var chunk = new byte[(int) Math.min(CHUNK_BYTES, entry.size())];
        var position = locate(entry);
        for (var left = entry.size(); left > 0; ) {
            var count = (int) Math.min(chunk.length, left);
            source.readFully(position, chunk, 0, count);
            crc.update(chunk, 0, count);
            position += count;
            left -= count;
        }
        requireChecksum(entry, crc);
    }

    private void readDirectory() throws IOException {
        var tailSize = (int) Math.min(source.size(), END_SIZE + LONGEST_COMMENT);
        var tailStart = source.size() - tailSize;
        var tail = read(tailStart, tailSize);
        var end = tailSize - END_SIZE;
        while (end >= 0
                && !(tail.getInt(end) == END_SIGNATURE
                        && end + END_SIZE + Short.toUnsignedInt(tail.getShort(end + 20)) == tailSize)) {
            end--;
        }
        if (end < 0) {
            throw problem("the file is cut or damaged: a zip archive ends with a directory, this one (" + source.size()
                    + " bytes) does not");
        }
        var endPosition = tailStart + end;
        long count = Short.toUnsignedInt(tail.getShort(end + 10));
        var size = Integer.toUnsignedLong(tail.getInt(end + 12));
        var start = Integer.toUnsignedLong(tail.getInt(end + 16));
        if (count == 0xffff || size == IN_ZIP64 || start == IN_ZIP64) {
            var zip64Position = zip64EndPosition(endPosition);
            var zip64End = read(zip64Position, ZIP64_END_SIZE);
            if (zip64End.getInt(0) != ZIP64_END_SIGNATURE) {
                throw problem("the zip64 end of the directory is damaged");
            }
            count = zip64End.getLong(32);
            size = zip64End.getLong(40);
            start = zip64End.getLong(48);
            endPosition = zip64Position;
        }
        if (size < 0 || start < 0 || size > LARGEST_DIRECTORY || start > endPosition - size) {
            throw problem("the end of the zip directory says that it has " + size + " bytes from " + start
                    + " on, which are not in the file");
        }
        directoryStart = start;
        readEntries(read(start, (int) size), count);
    }

    private long zip64EndPosition(long endPosition) throws IOException {
        if (endPosition < ZIP64_LOCATOR_SIZE) {
            throw problem("the zip64 locator is not in the file");
        }
        var locator = read(endPosition - ZIP64_LOCATOR_SIZE, ZIP64_LOCATOR_SIZE);
        var position = locator.getLong(8);
        if (locator.getInt(0) != ZIP64_LOCATOR_SIGNATURE
                || position < 0
                || position > endPosition - ZIP64_LOCATOR_SIZE - ZIP64_END_SIZE) {
            throw problem("the zip64 locator is damaged");
        }
        return position;
    }

    private void readEntries(ByteBuffer directory, long count) throws PyTorchFileException {
        while (directory.hasRemaining()) {
            Entry entry;
            try {
                entry = readEntry(directory);
            } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
                throw (PyTorchFileException) problem("the zip directory is cut after entry " + entries.size())
                        .initCause(e);
            }
            if (entries.put(entry.name(), entry) != null) {
                throw problem("entry " + Text.quote(entry.name()) + " occurs twice in the zip directory");
            }
        }
        if (entries.size() != count) {
            throw problem("the zip directory has " + entries.size() + " entries, its end says " + count);
        }
    }

    private Entry readEntry(ByteBuffer directory) throws PyTorchFileException {
        var start = directory.position();
        if (directory.remaining() < CENTRAL_SIZE) {
            throw new BufferUnderflowException();
        }
        if (directory.getInt(start) != CENTRAL_SIGNATURE) {
            throw problem("entry " + (entries.size() + 1) + " of the zip directory is damaged");
        }
        var nameLength = Short.toUnsignedInt(directory.getShort(start + 28));
        var extraLength = Short.toUnsignedInt(directory.getShort(start + 30));
        var commentLength = Short.toUnsignedInt(directory.getShort(start + 32));
        var nameBytes = new byte[nameLength];
        directory.position(start + CENTRAL_SIZE).get(nameBytes);
        var name = new String(nameBytes, StandardCharsets.UTF_8);
        var extra = directory.slice(directory.position(), extraLength).order(ByteOrder.LITTLE_ENDIAN);
        directory.position(start + CENTRAL_SIZE + nameLength);
        skip(directory, extraLength + commentLength);
        var storedSize = Integer.toUnsignedLong(directory.getInt(start + 20));
        var size = Integer.toUnsignedLong(directory.getInt(start + 24));
        var position = Integer.toUnsignedLong(directory.getInt(start + 42));
        if (size == IN_ZIP64 || storedSize == IN_ZIP64 || position == IN_ZIP64) {
            var zip64 = zip64Extra(extra, name);
            // In this order, and each only if the directory has no room for it.
            size = size == IN_ZIP64 ? zip64.getLong() : size;
            storedSize = storedSize == IN_ZIP64 ? zip64.getLong() : storedSize;
            position = position == IN_ZIP64 ? zip64.getLong() : position;
        }
        var method = Short.toUnsignedInt(directory.getShort(start + 10));
        if (size < 0 || position < 0 || method == 0 && size != storedSize) {
            throw problem("entry " + Text.quote(name) + " of the zip directory is damaged");
        }
        return new Entry(
                name,
                size,
                Integer.toUnsignedLong(directory.getInt(start + 16)),
                method,
                Short.toUnsignedInt(directory.getShort(start + 8)),
                position);
    }

    private static void skip(ByteBuffer buffer, int count) {
        if (count > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        buffer.position(buffer.position() + count);
    }

    private ByteBuffer zip64Extra(ByteBuffer extra, String name) throws PyTorchFileException {
        while (extra.hasRemaining()) {
            var identifier = Short.toUnsignedInt(extra.getShort());
            var length = Short.toUnsignedInt(extra.getShort());
            if (identifier == ZIP64_EXTRA) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            skip(extra, length);
        }
        throw problem("entry " + Text.quote(name) + " lacks its zip64 sizes");
    }

    private ByteBuffer read(long position, int length) throws IOException {
        var bytes = new byte[length];
        source.readFully(position, bytes, 0, length);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private PyTorchFileException outside(Entry entry) {
        return problem("entry " + Text.quote(entry.name()) + " (" + entry.size() + " bytes from "
                + entry.headerPosition() + " on) is not in the file");
    }

    private PyTorchFileException problem(String what) {
        return new PyTorchFileException(source.name(), what);
    }
}
