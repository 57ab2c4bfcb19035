package org.casdm.job.rounds.exchange;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A block that is read where it is, if that is in this JVM, or is on its way here. */
public final class IncomingBlock implements AutoCloseable {

    private final StateExchange exchange;
    private final BlockPlace place;
    private final int block;
    /** Of a block that is in this JVM; else null. */
    private final StateExchange.Lease lease;
    /** Of a block that is not; else null. */
    private final NativeBlocks.Block memory;

    private CompletableFuture<Void> pending;

    /** @param bytes length of the block */
    public IncomingBlock(StateExchange exchange, BlockPlace place, int block, int bytes) {
        this.exchange = exchange;
        this.place = place;
        this.block = block;
        if (exchange.isHere(place) && exchange.exposes(place)) {
            lease = exchange.lease(place, block);
            memory = null;
        } else {
            lease = null;
            memory = exchange.blocks().take(bytes);
            pending = exchange.fetch(place, block, memory.bytes());
        }
    }

    /**
     * The block, when it is here; not to be used after closing.
     *
     * @throws IOException why it cannot be read, also after as many repetitions as Spark's settings ask for
     */
    public ByteBuffer bytes() throws IOException {
        return bytes(exchange.retries());
    }

    /**
     * As {@link #bytes()}, without repetitions: for a block that is elsewhere too. The executor may be dead, and a second
     * of waiting counts for each of its blocks.
     */
    public ByteBuffer bytesAtOnce() throws IOException {
        return bytes(0);
    }

    private ByteBuffer bytes(int retries) throws IOException {
        if (lease != null) {
            return lease.bytes();
        }
        for (int attempt = 0; ; attempt++) {
            try {
                pending.join();
                return memory.bytes();
            } catch (CompletionException e) {
                if (attempt == retries) {
                    throw new IOException(TaskResults.brief(e.getCause()), e.getCause());
                }
            }
            try {
                Thread.sleep(exchange.retryWait());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + place);
            }
            pending = exchange.fetch(place, block, memory.bytes());
        }
    }

    /** What comes from another JVM. */
    public Moved fetched() {
        return memory == null
                ? Moved.NONE
                : exchange.moved(place, memory.bytes().remaining());
    }

    /** Waits for what is on its way: its memory is used again. */
    @Override
    public void close() {
        if (lease != null) {
            lease.close();
        } else {
            pending.handle((nothing, failure) -> null).join();
            exchange.blocks().give(memory);
        }
    }
}
