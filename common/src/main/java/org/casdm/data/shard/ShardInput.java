package org.casdm.data.shard;

import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.casdm.failure.DataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file for Parquet, on a file system that is open already. Notes when the storage fails: Parquet's own exceptions for
 * damaged files look alike.
 */
public final class ShardInput implements InputFile {

    private static final Logger LOG = LoggerFactory.getLogger(ShardInput.class);

    private final FileSystem fileSystem;
    private final Path file;
    private boolean storageFailed;
    private long length = -1;
    private RowGroupPages pages = RowGroupPages.NONE;

    /**
     * @param fileSystem of the file
     * @param file       looked at when it is opened
     */
    public ShardInput(FileSystem fileSystem, Path file) {
        this.fileSystem = fileSystem;
        this.file = file;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Checks these pages before Parquet gets to see them. */
    public void check(RowGroupPages those) {
        pages = those;
    }

    @Override
    public long getLength() throws IOException {
        if (length < 0) {
            length = noting(() -> fileSystem.getFileStatus(file).getLen());
        }
        return length;
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
        var stream = new NotingStream(noting(() -> fileSystem.open(file)));
        return new DelegatingSeekableInputStream(stream) {
            @Override
            public long getPos() throws IOException {
                return stream.current().getPos();
            }

            @Override
            public void seek(long position) throws IOException {
                // Past the end for a damaged file.
                stream.current().seek(position);
            }

            @Override
            public void readFully(ByteBuffer buffer) throws IOException {
                long position = getPos();
                var content = buffer.duplicate();
                super.readFully(buffer);
                pages.check(position, content);
            }
        };
    }

    /** Parquet's messages name the file so. */
    @Override
    public String toString() {
        return file.toString();
    }

    /**
     * What a failure means that came up when the file was read.
     *
     * @param advice what to do about a file that is missing or damaged
     * @return a {@link DataException} naming the file; a storage that fails is passed on as it is
     */
    public IOException explain(Exception failure, String advice) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataException known) {
                return known;
            }
        }
        if (failure instanceof FileNotFoundException) {
            return new DataException(file + " is missing. " + advice, failure);
        }
        if (failure instanceof IOException storage && storageFailed) {
            return named(storage);
        }
        // Parquet meets damaged files with exceptions of every kind, index errors among them.
        String said = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return new DataException(file + " is damaged, or no Parquet file: " + said + ". " + advice, failure);
    }

    /** Of what the network says, only some names the file. */
    private IOException named(IOException storage) {
        String said = String.valueOf(storage.getMessage());
        return said.contains(file.toString()) ? storage : new IOException(file + ": cannot be read: " + said, storage);
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

    /**
     * When the file's stream fails, continues with a new one. S3A (3.3.4) asks the server again and again for the first
     * bytes that a stream reads, but only once where it has been moved back: a new stream has all tries.
     */
    private final class NotingStream extends FilterInputStream {

        NotingStream(FSDataInputStream stream) {
            super(stream);
        }

        FSDataInputStream current() {
            return (FSDataInputStream) in;
        }

        @Override
        public int read() throws IOException {
            return reading(in -> in.read());
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return reading(in -> in.read(bytes, offset, length));
        }

        private int reading(Reading reading) throws IOException {
            try {
                return reading.from(in);
            } catch (IOException first) {
                return noting(() -> {
                    LOG.warn("{}: read failed, retrying: {}", file, first.toString());
                    replace(first);
                    return reading.from(in);
                });
            }
        }

        private void replace(IOException reason) throws IOException {
            try {
                long position = current().getPos();
                in.close();
                in = fileSystem.open(file);
                current().seek(position);
            } catch (IOException e) {
                e.addSuppressed(reason);
                throw e;
            }
        }
    }

    private interface Reading {
        int from(InputStream stream) throws IOException;
    }
}
