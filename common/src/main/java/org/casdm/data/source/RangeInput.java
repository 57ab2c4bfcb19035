package org.casdm.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * A range of a file as a stream, buffered, whose {@code skip} goes to another place instead of reading up to it. It
 * remembers when the storage failed, so that a parser can distinguish that from damaged bytes.
 */
public final class RangeInput extends InputStream {
    private static final int BUFFER_BYTES = 256 << 10;
    /** What S3A calls reading at places rather than from one end to the other. */
    private static final String S3A_POLICY = "fs.s3a.experimental.input.fadvise";

    private final Path path;
    private final FSDataInputStream input;
    private final long end;
    private final byte[] buffer;
    /** Whether the buffer is filled from multiples of its length on: then going back a little reads nothing again. */
    private final boolean blocks;
    /** Place of the buffer's first byte. */
    private long bufferStart;

    private int bufferLength;
    private long position;
    private IOException failure;

    private RangeInput(Path path, FSDataInputStream input, long start, long end, int bufferBytes, boolean blocks) {
        this.path = path;
        this.input = input;
        this.end = end;
        this.blocks = blocks;
        buffer = new byte[bufferBytes];
        bufferStart = start;
        position = start;
    }

    /** The bytes from start to end (exclusive), for reading from one end to the other. */
    public static RangeInput sequential(Path path, long start, long end, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        return new RangeInput(path, fileSystem.open(path), start, end, BUFFER_BYTES, false);
    }

    /** The bytes up to the end, for reading a few here and there. */
    public static RangeInput scattered(Path path, long end, int bufferBytes, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        try {
            FSDataInputStream input =
                    fileSystem.openFile(path).opt(S3A_POLICY, "random").build().get();
            return new RangeInput(path, input, 0, end, bufferBytes, true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(path + ": interrupted while opening", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause
                    ? Storage.explained(path, cause)
                    : new IOException(path + " cannot be opened", e.getCause());
        }
    }

    /** @throws DataException when a file has another length than when it was listed */
    public static void requireLength(Path path, long length, Configuration hadoop) throws IOException {
        long now = Storage.fileSystem(path, hadoop).getFileStatus(path).getLen();
        if (now != length) {
            throw new DataException(path + " had " + length + " bytes when it was listed and has " + now
                    + " now. Run again when nothing writes to it");
        }
    }

    /** Place in the file of the next byte. */
    public long position() {
        return position;
    }

    /** Goes to a place in the file. */
    public void seek(long place) {
        position = place;
    }

    /** The storage's failure, if an exception came from there; null if the bytes are damaged. */
    public IOException failure() {
        return failure;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer[(int) (position++ - bufferStart)] & 0xff : -1;
    }

    @Override
    public int read(byte[] destination, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int from = (int) (position - bufferStart);
        int count = Math.min(length, bufferLength - from);
        System.arraycopy(buffer, from, destination, offset, count);
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    /** Whether the buffer has the next byte; false at the end of the range or of the file. */
    private boolean fill() throws IOException {
        if (position >= bufferStart && position < bufferStart + bufferLength) {
            return true;
        }
        if (position >= end) {
            return false;
        }
        long from = blocks ? position - position % buffer.length : position;
        try {
            if (input.getPos() != from) {
                input.seek(from);
            }
            bufferStart = from;
            // More than one read: in blocks, the requested byte may be the last.
            bufferLength = input.readNBytes(buffer, 0, (int) Math.min(buffer.length, end - from));
            return position < bufferStart + bufferLength;
        } catch (EOFException e) {
            // A place after the file's end.
            return false;
        } catch (IOException e) {
            failure = Storage.explained(path, e);
            throw failure;
        } catch (FSError e) {
            // Hadoop's local file system reports a failing disk by an Error.
            failure = new IOException(path + " cannot be read: " + e.getMessage(), e);
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
