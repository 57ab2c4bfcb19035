package org.casdm.tensor;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Bytes of known number that can be read from any place. For use by one thread. */
public interface SeekableInput extends Closeable {

    /** What messages call it: a path, as a rule. */
    String name();

    /** Number of bytes. */
    long size() throws IOException;

    /** Fills part of an array with the bytes from {@code position} on; an {@link EOFException} if there are fewer. */
    void readFully(long position, byte[] destination, int offset, int length) throws IOException;

    /** Opens a file of any Hadoop file system. Reading on from where one stopped costs no new request. */
    static SeekableInput open(FileSystem fileSystem, Path path) throws IOException {
        var size = fileSystem.getFileStatus(path).getLen();
        var stream = fileSystem.open(path);
        return new SeekableInput() {
            @Override
            public String name() {
                return path.toString();
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public void readFully(long position, byte[] destination, int offset, int length) throws IOException {
                try {
                    seekAndRead(stream, position, destination, offset, length);
                } catch (EOFException e) {
                    throw (EOFException)
                            new EOFException(path + ": ends before byte " + (position + length)).initCause(e);
                } catch (FSError e) {
                    // Hadoop's local file system reports a failing disk by an Error.
                    throw new IOException(path + ": cannot be read: " + e.getMessage(), e);
                } catch (IOException e) {
                    // Of what the network says, only some names the file.
                    throw String.valueOf(e.getMessage()).contains(path.toString())
                            ? e
                            : new IOException(path + ": cannot be read: " + e.getMessage(), e);
                }
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    private static void seekAndRead(FSDataInputStream stream, long position, byte[] destination, int offset, int length)
            throws IOException {
        if (stream.getPos() != position) {
            stream.seek(position);
        }
        stream.readFully(destination, offset, length);
    }

    /** An array, which is not copied. */
    static SeekableInput of(String name, byte[] content) {
        return new SeekableInput() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long size() {
                return content.length;
            }

            @Override
            public void readFully(long position, byte[] destination, int offset, int length) throws IOException {
                if (position > content.length - length) {
                    throw new EOFException(name + ": ends before byte " + (position + length));
                }
                System.arraycopy(content, (int) position, destination, offset, length);
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
