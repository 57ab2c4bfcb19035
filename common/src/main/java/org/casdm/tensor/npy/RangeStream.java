package org.casdm.tensor.npy;

import java.io.IOException;
import org.casdm.storage.BlockStream;
import org.casdm.tensor.SeekableInput;

/** Part of an input as a stream whose skipping costs nothing. Closing it closes the input. */
final class RangeStream extends BlockStream {

    private final SeekableInput input;
    private final long end;
    private long position;

    RangeStream(SeekableInput input, long start, long end) {
        this.input = input;
        this.position = start;
        this.end = end;
    }

    @Override
    public int read(byte[] destination, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        var count = (int) Math.min(length, end - position);
        input.readFully(position, destination, offset, count);
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        var skipped = Math.max(0, Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
