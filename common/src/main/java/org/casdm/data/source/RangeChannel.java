package org.casdm.data.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A file of any Hadoop file system as the channel that libraries read archives through. */
final class RangeChannel implements SeekableByteChannel {
    private final RangeInput input;
    private final long size;
    private boolean open = true;

    /**
     * @param input closed with this
     * @param size  the file's length
     */
    RangeChannel(RangeInput input, long size) {
        this.input = input;
        this.size = size;
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        if (!destination.hasRemaining()) {
            return 0;
        }
        byte[] bytes = new byte[Math.min(destination.remaining(), 1 << 16)];
        int count = input.read(bytes, 0, bytes.length);
        if (count > 0) {
            destination.put(bytes, 0, count);
        }
        return count;
    }

    @Override
    public long position() {
        return input.position();
    }

    @Override
    public SeekableByteChannel position(long place) {
        input.seek(place);
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        open = false;
        input.close();
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long length) {
        throw new NonWritableChannelException();
    }
}
