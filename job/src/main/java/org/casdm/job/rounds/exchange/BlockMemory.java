package org.casdm.job.rounds.exchange;

import java.nio.ByteBuffer;

/** Memory that is read in blocks. */
@FunctionalInterface
public interface BlockMemory {

    /**
     * A block.
     *
     * @param index of the block
     * @return its bytes, from position to limit; a direct buffer of the caller's own over the memory itself
     * @throws IndexOutOfBoundsException if there is no such block
     */
    ByteBuffer block(int index);
}
