package org.casdm.tensor.npy;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.SeekableInputChannel;
import org.casdm.tensor.TensorFormatException;

/**
 * The arrays of an {@code .npz} file, as {@code numpy.savez} (stored) and {@code numpy.savez_compressed} (deflated)
 * write them. Nothing is unpacked but what is read. For use by one thread, and one array at a time.
 */
public final class NpzFile implements Closeable {

    private static final String SUFFIX = ".npy";
    /** Before this many bytes it does not matter how far an array grows when it is unpacked. */
    private static final long RATIO_MATTERS_FROM = 16L << 20;

    private static final int LARGEST_RATIO = 200;
    /** What ends a zip archive, perhaps followed by a comment. */
    private static final int END_SIGNATURE = 0x06054b50;

    private static final int END_BYTES = 22;
    private static final int COUNT_OFFSET = 10;
    private static final int LONGEST_COMMENT = 0xffff;
    /** The number of entries is elsewhere: it is larger. */
    private static final int IN_ZIP64 = 0xffff;

    private final NotingInput input;
    private final ZipFile zip;
    private final Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();

    /**
     * Reads the directory; the file is closed with this, and at once if it is not a zip archive.
     *
     * @throws TensorFormatException if it is not a zip archive, or a damaged one
     */
    public NpzFile(SeekableInput file) throws IOException {
        input = new NotingInput(file);
        try {
            zip = new ZipFile(new SeekableInputChannel(input), input.name(), "UTF-8", false, true);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw input.failure() != null
                    ? input.failure()
                    : new TensorFormatException(input.name(), "not an .npz file, or cut off: " + e.getMessage(), e);
        }
        int count = 0;
        for (var all = zip.getEntriesInPhysicalOrder(); all.hasMoreElements(); count++) {
            var entry = all.nextElement();
            if (entry.getName().endsWith(SUFFIX)) {
                var name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
                if (entries.put(name, entry) != null) {
                    zip.close();
                    throw new TensorFormatException(input.name(), "two arrays are named '" + name + "'");
                }
            }
        }
        requireWholeDirectory(count);
    }

    /** Commons Compress takes a damaged entry of the directory for its end. */
    private void requireWholeDirectory(int found) throws IOException {
        try {
            var tail = new byte[(int) Math.min(input.size(), END_BYTES + LONGEST_COMMENT)];
            input.readFully(input.size() - tail.length, tail, 0, tail.length);
            var bytes = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
            int end = tail.length - END_BYTES;
            while (end > 0 && bytes.getInt(end) != END_SIGNATURE) {
                end--;
            }
            int count = Short.toUnsignedInt(bytes.getShort(end + COUNT_OFFSET));
            if (count != found && count != IN_ZIP64) {
                throw new TensorFormatException(
                        input.name(), "is damaged: the zip directory has " + found + " entries, its end says " + count);
            }
        } catch (IOException e) {
            zip.close();
            throw e;
        }
    }

    /** Names of the arrays, without {@code .npy}, in the order of the file. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    /** Whether any place of the array can be read without unpacking what precedes it. */
    public boolean isStored(String name) throws TensorFormatException {
        return entry(name).getMethod() == ZipEntry.STORED;
    }

    /** Shape and type of an array. */
    public NpyHeader header(String name) throws IOException {
        return array(name).header();
    }

    /**
     * An array to be read from its first element on. It need not be closed: closing the file does.
     *
     * @throws TensorFormatException if there is no such array
     */
    public NpyReader array(String name) throws IOException {
        var entry = entry(name);
        var arrayName = input.name() + ": array '" + name + "'";
        if (!zip.canReadEntryData(entry)) {
            throw new TensorFormatException(arrayName, "is encrypted or uses an unsupported compression");
        }
        requirePossible(arrayName, entry);
        return new NpyReader(
                arrayName,
                new EntryStream(arrayName, data(arrayName, entry), input),
                entry.getSize(),
                OptionalLong.of(entry.getCrc()));
    }

    /**
     * Reads an array to compare it with the archive's checksum: before reading parts of it.
     *
     * @throws TensorFormatException if it is damaged
     */
    public void verify(String name) throws IOException {
        array(name).verify();
    }

    private InputStream data(String arrayName, ZipArchiveEntry entry) throws IOException {
        try {
            if (entry.getMethod() != ZipEntry.STORED) {
                return zip.getInputStream(entry);
            }
            // Opening the entry is what makes the archive look up where its data begin.
            zip.getRawInputStream(entry);
            var start = entry.getDataOffset();
            return new RangeStream(input, start, Math.addExact(start, entry.getSize()));
        } catch (IOException | RuntimeException e) {
            throw EntryStream.explain(arrayName, input, e);
        }
    }

    /** The directory's sizes are promises. Memory is reserved by them, so a few bytes must not claim gigabytes. */
    private void requirePossible(String arrayName, ZipArchiveEntry entry) throws IOException {
        var packed = entry.getCompressedSize();
        var size = entry.getSize();
        if (packed < 0 || packed > input.size() || size < 0 || entry.getMethod() == ZipEntry.STORED && size != packed) {
            throw new TensorFormatException(
                    arrayName, "is damaged: " + packed + " bytes in the file claim to unpack to " + size);
        }
        if (size > RATIO_MATTERS_FROM && size / LARGEST_RATIO > packed) {
            throw new TensorFormatException(
                    arrayName,
                    "grows from " + packed + " to " + size + " bytes, by more than a factor of " + LARGEST_RATIO
                            + "; save it with numpy.savez, which does not compress");
        }
    }

    private ZipArchiveEntry entry(String name) throws TensorFormatException {
        var entry = entries.get(name);
        if (entry == null) {
            throw new TensorFormatException(
                    input.name(),
                    "has no array '" + name + "', only "
                            + (entries.isEmpty() ? "none at all" : String.join(", ", entries.keySet())));
        }
        return entry;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
