package org.casdm.data.shard;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A file for Parquet, on a file system that is open already. Notes when the storage fails: Parquet's own exceptions for
 * damaged files look alike.
 */
final class ShardInput implements InputFile {

    private final FileSystem fileSystem;
    private final Path file;
    private boolean storageFailed;

    ShardInput(FileSystem fileSystem, Path file) {
        this.fileSystem = fileSystem;
        this.file = file;
    }

    Path file() {
        return file;
    }

    /** Whether reading has failed, and not what was read. */
    boolean storageFailed() {
        return storageFailed;
    }

    @Override
    public long getLength() throws IOException {
        return noting(() -> fileSystem.getFileStatus(file).getLen());
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
        var stream = noting(() -> fileSystem.open(file));
        return new DelegatingSeekableInputStream(new NotingStream(stream)) {
            @Override
            public long getPos() throws IOException {
                return stream.getPos();
            }

            @Override
            public void seek(long position) throws IOException {
                // Past the end for a damaged file.
                stream.seek(position);
            }
        };
    }

    /** Parquet's messages name the file so. */
    @Override
    public String toString() {
        return file.toString();
    }

    private interface Access<T> {
        T run() throws IOException;
    }

    private <T> T noting(Access<T> access) throws IOException {
        try {
            return access.run();
        } catch (IOException e) {
            storageFailed = true;
            throw e;
        } catch (FSError e) {
            // Hadoop's local file system reports a failing disk by an Error.
            storageFailed = true;
            throw new IOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private final class NotingStream extends FilterInputStream {

        NotingStream(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            return noting(in::read);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return noting(() -> in.read(bytes, offset, length));
        }
    }
}
