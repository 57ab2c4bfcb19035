package org.casdm.tensor.npy;

import java.io.Closeable;
import java.io.IOException;
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

    private final SeekableInput input;
    private final ZipFile zip;
    private final Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();

    /** Reads the directory; the file is closed with this, and at once if it is no zip archive. */
    public NpzFile(SeekableInput input) throws IOException {
        this.input = input;
        try {
            zip = new ZipFile(new SeekableInputChannel(input), input.name(), "UTF-8", false, true);
        } catch (IOException e) {
            input.close();
            throw new TensorFormatException(input.name(), "not an .npz file, or cut off: " + e.getMessage(), e);
        }
        for (var all = zip.getEntriesInPhysicalOrder(); all.hasMoreElements();) {
            var entry = all.nextElement();
            if (entry.getName().endsWith(SUFFIX)) {
                var name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
                if (entries.put(name, entry) != null) {
                    zip.close();
                    throw new TensorFormatException(input.name(), "two arrays are called '" + name + "'");
                }
            }
        }
    }

    /** Names of the arrays, without {@code .npy}, in the order of the file. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    /** Whether any place of the array can be reached without unpacking what is before it. */
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
            throw new TensorFormatException(arrayName, "is encrypted or packed in a way that is not read");
        }
        var crc = OptionalLong.of(entry.getCrc());
        if (entry.getMethod() == ZipEntry.STORED) {
            // Opening the entry is what makes the archive look up where its data begin.
            zip.getRawInputStream(entry);
            var start = entry.getDataOffset();
            return new NpyReader(arrayName, new RangeStream(input, start, start + entry.getSize()), entry.getSize(),
                    crc);
        }
        return new NpyReader(arrayName, zip.getInputStream(entry), entry.getSize(), crc);
    }

    private ZipArchiveEntry entry(String name) throws TensorFormatException {
        var entry = entries.get(name);
        if (entry == null) {
            throw new TensorFormatException(input.name(), "has no array '" + name + "', only "
                    + (entries.isEmpty() ? "none at all" : String.join(", ", entries.keySet())));
        }
        return entry;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
