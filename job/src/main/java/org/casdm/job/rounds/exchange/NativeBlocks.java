package org.casdm.job.rounds.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;

/**
 * Blocks of memory outside of the heap, used again from round to round: fresh memory costs more than copying, as the
 * system clears each page. Counts to {@code org.bytedeco.javacpp.maxbytes}, as arrays do.
 */
public final class NativeBlocks implements AutoCloseable {

    private final Map<Integer, Deque<BytePointer>> free = new HashMap<>();
    private boolean closed;

    /** A block's memory. Not to be used after {@link NativeBlocks#give}. */
    public record Block(BytePointer pointer) {

        /** All of its bytes, little-endian; a buffer of the caller's own. */
        public ByteBuffer bytes() {
            return pointer.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** A block of so many bytes, at least 1, of any content. */
    public synchronized Block take(int bytes) {
        var sameSize = free.get(bytes);
        return new Block(sameSize == null || sameSize.isEmpty() ? new BytePointer(bytes) : sameSize.pop());
    }

    /** Takes a block back. */
    public synchronized void give(Block block) {
        if (closed) {
            block.pointer().close();
        } else {
            free.computeIfAbsent((int) block.pointer().capacity(), size -> new ArrayDeque<>())
                    .push(block.pointer());
        }
    }

    /** Frees the blocks that were given back; those that are still out are freed when they come. */
    @Override
    public synchronized void close() {
        closed = true;
        free.values().forEach(blocks -> blocks.forEach(BytePointer::close));
        free.clear();
    }
}
