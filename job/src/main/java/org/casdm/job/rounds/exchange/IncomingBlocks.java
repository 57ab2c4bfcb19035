package org.casdm.job.rounds.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Reads many blocks, some of which are on their way while another is taken. */
public final class IncomingBlocks {

    /** Blocks that are on their way at once. */
    private static final int WINDOW = 16;

    private IncomingBlocks() {}

    /** Takes a block that has come. */
    @FunctionalInterface
    public interface Taker {

        /** @param bytes not to be used afterwards */
        void take(int block, ByteBuffer bytes);
    }

    private record Pending(IncomingBlock incoming, int block) {}

    /**
     * Reads blocks in their order.
     *
     * @param source asks for a block
     * @return what came from other JVMs
     * @throws IOException if a block cannot be read; nothing is on its way any more then
     */
    public static Moved read(IntStream blocks, IntFunction<IncomingBlock> source, Taker taker) throws IOException {
        var pending = new ArrayDeque<Pending>();
        Moved moved = Moved.NONE;
        try {
            for (int block : blocks.toArray()) {
                pending.add(new Pending(source.apply(block), block));
                if (pending.size() == WINDOW) {
                    moved = moved.plus(finish(pending, taker));
                }
            }
            while (!pending.isEmpty()) {
                moved = moved.plus(finish(pending, taker));
            }
            return moved;
        } finally {
            pending.forEach(one -> one.incoming().close());
        }
    }

    private static Moved finish(ArrayDeque<Pending> pending, Taker taker) throws IOException {
        var next = pending.peek();
        taker.take(next.block(), next.incoming().bytes());
        pending.poll();
        next.incoming().close();
        return next.incoming().fetched();
    }
}
