package org.casdm.job.rounds.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.buffer.NioManagedBuffer;

/** A block on its way into a socket: the memory itself, and a reader of its exposure until it has left. */
final class ExposedBuffer extends ManagedBuffer {

    private final Exposure exposure;
    private final NioManagedBuffer bytes;

    ExposedBuffer(Exposure exposure, int block) {
        this.exposure = exposure;
        this.bytes = new NioManagedBuffer(exposure.acquire(block));
    }

    @Override
    public long size() {
        return bytes.size();
    }

    @Override
    public ByteBuffer nioByteBuffer() throws IOException {
        return bytes.nioByteBuffer();
    }

    @Override
    public InputStream createInputStream() throws IOException {
        return bytes.createInputStream();
    }

    @Override
    public Object convertToNetty() throws IOException {
        return bytes.convertToNetty();
    }

    @Override
    public ManagedBuffer retain() {
        exposure.retain();
        return this;
    }

    @Override
    public ManagedBuffer release() {
        exposure.release();
        return this;
    }
}
