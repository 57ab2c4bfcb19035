package org.casdm.storage;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * A file that appears as a whole or not at all. Where the file system can abort a file under way (S3A: an object appears
 * when its upload is completed), it is written in its place; elsewhere under a hidden name beside it, and renamed. Local
 * files are written without Hadoop's {@code .crc} companions.
 */
public final class AtomicFile implements Closeable {

    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final FileSystem fileSystem;
    private final Path file;
    /** Where the bytes go: the file itself, if that can be aborted. */
    private final Path written;

    private final FSDataOutputStream stream;
    private boolean closed;

    /** What writes the content of a new file; an exception means that there will be no file. */
    @FunctionalInterface
    public interface Content<T> {
        T writeTo(FSDataOutputStream stream) throws IOException;
    }

    /**
     * Begins a file, which replaces one of its name when it is published; its folder is created. Several attempts at the
     * same file do not disturb each other.
     *
     * @throws IOException naming the path
     */
    public AtomicFile(FileSystem fileSystem, Path file) throws IOException {
        this(fileSystem, file, "." + file.getName() + "." + UUID.randomUUID() + TEMPORARY_SUFFIX);
    }

    private AtomicFile(FileSystem fileSystem, Path file, String hiddenName) throws IOException {
        this.fileSystem = Storage.withoutChecksums(fileSystem);
        this.file = file;
        try {
            boolean canAbort = this.fileSystem.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM);
            written = canAbort ? file : Storage.below(file.getParent(), hiddenName);
            stream = this.fileSystem.create(written, true);
        } catch (IOException | FSError e) {
            throw cannotBeWritten(e);
        }
    }

    /** Writes a whole file, and replaces one of its name. */
    public static void write(FileSystem fileSystem, Path file, byte[] content) throws IOException {
        try (var atomic = new AtomicFile(fileSystem, file)) {
            atomic.stream().write(content);
            atomic.publish();
        }
    }

    /**
     * Writes a file that must not exist yet; it grows as {@code .NAME.part} where it cannot be aborted. Its folder is
     * created.
     *
     * @throws FileAlreadyExistsException if something is there
     * @throws IOException that of the content, or naming the path if the storage fails; no file is there then
     */
    public static <T> T create(FileSystem fileSystem, Path file, Content<T> content) throws IOException {
        if (fileSystem.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        try (var atomic = new AtomicFile(fileSystem, file, "." + file.getName() + ".part")) {
            return atomic.fill(content);
        }
    }

    private <T> T fill(Content<T> content) throws IOException {
        // For programs that are ended meanwhile.
        fileSystem.deleteOnExit(written);
        try {
            var result = content.writeTo(stream);
            sync();
            if (written != file && !fileSystem.rename(written, file)) {
                throw new IOException(file + ": cannot be written: " + written + " could not be renamed");
            }
            closed = true;
            return result;
        } catch (FSError e) {
            throw cannotBeWritten(e);
        } finally {
            fileSystem.cancelDeleteOnExit(written);
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
    public long position() {
        return stream.getPos();
    }

    /** Makes the file appear. One that was there under its name is replaced. */
    public void publish() throws IOException {
        try {
            sync();
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

    /** On to the disk where the file system can do that; object stores have the object when the stream is closed. */
    private void sync() throws IOException {
        if (stream.hasCapability(StreamCapabilities.HSYNC)) {
            stream.hsync();
        }
        stream.close();
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
