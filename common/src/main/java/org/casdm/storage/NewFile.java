package org.casdm.storage;

import java.io.IOException;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file that comes to be as a whole or not at all. Object stores have it when its stream is closed; elsewhere it grows
 * beside its place, as {@code .NAME.part}, and is renamed at the end.
 */
public final class NewFile {

    private final FileSystem fileSystem;
    private final Path path;
    private final Path growing;

    private NewFile(FileSystem fileSystem, Path path) throws IOException {
        this.fileSystem = fileSystem;
        this.path = path;
        boolean atOnce = fileSystem.hasPathCapability(path, CommonPathCapabilities.ABORTABLE_STREAM);
        growing = atOnce ? path : Locations.below(path.getParent(), "." + path.getName() + ".part");
    }

    /** What is done with the stream of the new file; an exception means that there will be no file. */
    @FunctionalInterface
    public interface Content<T> {
        T writeTo(FSDataOutputStream stream) throws IOException;
    }

    /**
     * Writes a file. Parent folders come into being.
     *
     * @throws FileAlreadyExistsException if something is there
     * @throws IOException that of the content, or naming the path if the storage fails; no file is there then
     */
    public static <T> T write(FileSystem fileSystem, Path path, Content<T> content) throws IOException {
        if (fileSystem.exists(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        // Local files without Hadoop's .crc companions.
        fileSystem.setWriteChecksum(false);
        return new NewFile(fileSystem, path).write(content);
    }

    private <T> T write(Content<T> content) throws IOException {
        boolean complete = false;
        try {
            var result = fill(content);
            if (!growing.equals(path) && !fileSystem.rename(growing, path)) {
                throw new IOException(growing + " could not be renamed to " + path);
            }
            complete = true;
            return result;
        } catch (FSError e) {
            // Hadoop's local file system reports a full disk by an Error.
            throw new IOException(path + ": cannot be written: " + e.getMessage(), e);
        } finally {
            fileSystem.cancelDeleteOnExit(growing);
            if (!complete) {
                fileSystem.delete(growing, false);
            }
        }
    }

    private <T> T fill(Content<T> content) throws IOException {
        var stream = fileSystem.create(growing, true);
        T result;
        // For programs that are ended meanwhile.
        fileSystem.deleteOnExit(growing);
        try {
            result = content.writeTo(stream);
        } catch (IOException | RuntimeException | Error e) {
            abandon(stream, e);
            throw e;
        }
        stream.close();
        return result;
    }

    private void abandon(FSDataOutputStream stream, Throwable reason) {
        try {
            if (growing.equals(path)) {
                stream.abort();
            }
            stream.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
