package org.casdm.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.casdm.storage.Locations;

/**
 * A file that comes into being as a whole or not at all. Where the file system can give up a file under way (S3A: an
 * object appears when its upload is completed), it is written in its place; elsewhere under a hidden name beside it,
 * and renamed. Local files are written without Hadoop's {@code .crc} companions.
 */
public final class AtomicFile implements Closeable {

    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final FileSystem fileSystem;
    private final Path file;
    /** Where the bytes go: the file itself, if that can be given up. */
    private final Path written;

    private final FSDataOutputStream stream;
    private boolean closed;

    /**
     * Begins a file; its folder comes into being.
     *
     * @throws IOException naming the path
     */
    public AtomicFile(FileSystem fileSystem, Path file) throws IOException {
        this.fileSystem = fileSystem instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : fileSystem;
        this.file = file;
        try {
            boolean canGiveUp = this.fileSystem.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM);
            written = canGiveUp
                    ? file
                    : Locations.below(
                            file.getParent(), "." + file.getName() + "." + UUID.randomUUID() + TEMPORARY_SUFFIX);
            stream = this.fileSystem.create(written, true);
        } catch (IOException | FSError e) {
            throw cannotBeWritten(e);
        }
    }

    /** Writes a whole file. */
    public static void write(FileSystem fileSystem, Path file, byte[] content) throws IOException {
        try (var atomic = new AtomicFile(fileSystem, file)) {
            atomic.stream().write(content);
            atomic.publish();
        }
    }

    /** Whether this is the hidden name of a file under way: where nothing writes, it was left by a killed process. */
    public static boolean isTemporary(String name) {
        return name.startsWith(".") && name.endsWith(TEMPORARY_SUFFIX);
    }

    /** Takes the content. Is not to be closed. */
    public OutputStream stream() {
        return stream;
    }

    /** Bytes written so far. */
    long position() {
        return stream.getPos();
    }

    /** Makes the file appear. One that was there under its name is replaced. */
    public void publish() throws IOException {
        try {
            if (stream.hasCapability(StreamCapabilities.HSYNC)) {
                stream.hsync();
            }
            stream.close();
            if (written != file && !fileSystem.rename(written, file)) {
                // Some file systems do not rename over a file. The one that is there comes from an equal attempt.
                fileSystem.delete(file, false);
                if (!fileSystem.rename(written, file)) {
                    throw new IOException(written.getName() + " cannot be renamed");
                }
            }
            closed = true;
        } catch (IOException | FSError e) {
            throw cannotBeWritten(e);
        }
    }

    /** Unless it is published, leaves nothing behind. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (written == file) {
            stream.abort();
            return;
        }
        try {
            stream.close();
        } finally {
            fileSystem.delete(written, false);
        }
    }

    /** Hadoop's local file system reports a full disk by an Error. */
    private IOException cannotBeWritten(Throwable cause) {
        return new IOException(file + ": cannot be written: " + cause.getMessage(), cause);
    }
}
