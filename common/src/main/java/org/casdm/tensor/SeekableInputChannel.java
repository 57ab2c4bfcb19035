package org.casdm.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** An input as the channel that libraries ask for. Read only; closing it closes the input. */
public final class SeekableInputChannel implements SeekableByteChannel {

    private static final int CHUNK_BYTES = 1 << 16;

    private final SeekableInput input;
    private final long size;
    private long position;
    private boolean open = true;

    public SeekableInputChannel(SeekableInput input) throws IOException {
        this.input = input;
        this.size = input.size();
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        requireOpen();
        if (!destination.hasRemaining()) {
            return 0;
        }
        if (position >= size) {
            return -1;
        }
        var count = (int) Math.min(Math.min(destination.remaining(), CHUNK_BYTES), size - position);
        if (destination.hasArray()) {
            input.readFully(position, destination.array(), destination.arrayOffset() + destination.position(), count);
            destination.position(destination.position() + count);
        } else {
            var chunk = new byte[count];
            input.readFully(position, chunk, 0, count);
            destination.put(chunk);
        }
        position += count;
        return count;
    }

    @Override
    public long position() throws IOException {
        requireOpen();
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) throws IOException {
        requireOpen();
        if (newPosition < 0) {
            throw new IllegalArgumentException(input.name() + ": position " + newPosition);
        }
        position = newPosition;
        return this;
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return size;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    private void requireOpen() throws ClosedChannelException {
        if (!open) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public void close() throws IOException {
        open = false;
        input.close();
    }
}
