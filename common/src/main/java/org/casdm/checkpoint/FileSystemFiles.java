package org.casdm.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/** Whole files on a Hadoop file system. */
final class FileSystemFiles {

    private FileSystemFiles() {}

    /** What is done with the stream of a new file. */
    @FunctionalInterface
    interface Content<T> {
        T writeTo(FSDataOutputStream stream) throws IOException;
    }

    /**
     * Writes a file, over one that may be there, and on to the disk where the file system can do that. The parent
     * folder is created.
     *
     * @throws IOException naming the path; a part of the file may be there then
     */
    static <T> T write(FileSystem fileSystem, Path path, Content<T> content) throws IOException {
        try (var stream = fileSystem.create(path, true)) {
            var result = content.writeTo(stream);
            // Object stores have the whole object, or nothing, when the stream is closed.
            if (stream.hasCapability(StreamCapabilities.HSYNC)) {
                stream.hsync();
            }
            return result;
        } catch (IOException | FSError e) {
            // Hadoop's local file system reports a full disk by an Error.
            throw new IOException(path + ": cannot be written: " + e.getMessage(), e);
        }
    }

    static void write(FileSystem fileSystem, Path path, byte[] content) throws IOException {
        write(fileSystem, path, stream -> {
            stream.write(content);
            return null;
        });
    }

    /** The content of a small file; empty if there is none. */
    static Optional<byte[]> readIfPresent(FileSystem fileSystem, Path path) throws IOException {
        try (var stream = fileSystem.open(path)) {
            return Optional.of(stream.readAllBytes());
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (FSError e) {
            throw new IOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
