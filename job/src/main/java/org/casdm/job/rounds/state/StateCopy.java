package org.casdm.job.rounds.state;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.casdm.job.rounds.exchange.NativeBlocks;

/**
 * A state outside of any graph, block by block.
 *
 * @param blocks its blocks
 * @param owner  gets them back
 */
public record StateCopy(List<NativeBlocks.Block> blocks, NativeBlocks owner) implements AutoCloseable {

    public StateCopy {
        blocks = List.copyOf(blocks);
    }

    /** Room for a state. */
    public static StateCopy room(BlockLayout layout, NativeBlocks owner) {
        return new StateCopy(
                IntStream.range(0, layout.blockCount())
                        .mapToObj(index -> owner.take(layout.block(index).byteCount()))
                        .toList(),
                owner);
    }

    /** A copy of a graph's state. */
    public static StateCopy of(GraphState state, NativeBlocks owner) {
        StateCopy copy = room(state.layout(), owner);
        copy.indices().forEach(index -> copy.block(index).put(state.block(index)));
        return copy;
    }

    /** A block; a buffer of the caller's own. */
    public ByteBuffer block(int index) {
        return blocks.get(index).bytes();
    }

    /** Writes it into a graph's arrays. */
    public void copyTo(GraphState state) {
        indices().forEach(index -> state.block(index).put(block(index)));
        state.written();
    }

    private IntStream indices() {
        return IntStream.range(0, blocks.size()).parallel();
    }

    /** Gives the blocks back. */
    @Override
    public void close() {
        blocks.forEach(owner::give);
    }
}
