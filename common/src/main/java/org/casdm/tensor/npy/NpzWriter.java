package org.casdm.tensor.npy;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * Writes an {@code .npz} file as {@code numpy.savez} does, without compression, so that readers can begin anywhere.
 * The same arrays give the same bytes: entries carry the earliest time there is. Works on streams that cannot go back, as object storage
 * has them; an array's elements are pushed twice for that, first for the checksum that precedes them.
 */
public final class NpzWriter implements Closeable {

    /** The first time that zip knows; NumPy's too. */
    private static final LocalDateTime EARLIEST = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final String name;
    private final ZipArchiveOutputStream zip;

    /**
     * @param name   what messages call the file
     * @param output closed with this
     */
    public NpzWriter(String name, OutputStream output) {
        this.name = name;
        zip = new ZipArchiveOutputStream(output);
        zip.setMethod(ZipEntry.STORED);
        zip.setUseZip64(Zip64Mode.AsNeeded);
    }

    /**
     * Appends an array, of any size.
     *
     * @throws IllegalStateException if the elements are not as many as the shape says, or not those of the first pass
     */
    public void write(String array, NpyHeader header, NpyElements elements) throws IOException {
        var arrayName = name + ": array '" + array + "'";
        var crc = checksum(arrayName, header, elements);
        var entry = new ZipArchiveEntry(array + ".npy");
        entry.setTimeLocal(EARLIEST);
        entry.setSize(header.toBytes().length + header.dataBytes());
        entry.setCrc(crc);
        zip.putArchiveEntry(entry);
        var output = new CheckedOutputStream(zip, new CRC32());
        push(arrayName, header, elements, output);
        if (output.getChecksum().getValue() != crc) {
            throw new IllegalStateException(arrayName + ": the elements changed between the two passes");
        }
        zip.closeArchiveEntry();
    }

    private static long checksum(String name, NpyHeader header, NpyElements elements) throws IOException {
        var output = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
        push(name, header, elements, output);
        return output.getChecksum().getValue();
    }

    private static void push(String name, NpyHeader header, NpyElements elements, OutputStream output)
            throws IOException {
        output.write(header.toBytes());
        var sink = new NpySink(name, header, output);
        elements.writeTo(sink);
        sink.requireComplete();
    }

    /** Appends a float64 array. */
    public void write(String array, double[] values, long... shape) throws IOException {
        write(array, NpyHeader.of(NpyType.FLOAT64, shape), sink -> sink.accept(values, 0, values.length));
    }

    /** Writes the directory and closes the output. */
    @Override
    public void close() throws IOException {
        zip.close();
    }
}
