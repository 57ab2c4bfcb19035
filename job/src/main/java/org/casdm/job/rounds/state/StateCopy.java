package org.casdm.job.rounds.state;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.casdm.job.rounds.exchange.NativeBlocks;
import org.casdm.job.rounds.state.BlockLayout.Section;

/**
 * A state outside of any graph, or a part of one, block by block.
 *
 * @param blocks its blocks by their indices
 * @param owner  gets them back
 */
public record StateCopy(Map<Integer, NativeBlocks.Block> blocks, NativeBlocks owner) implements AutoCloseable {

    /** Room for some sections of a state. */
    public static StateCopy room(BlockLayout layout, NativeBlocks owner, Section... sections) {
        var blocks = new TreeMap<Integer, NativeBlocks.Block>();
        Stream.of(sections)
                .flatMapToInt(section -> layout.range(section).indices())
                .forEach(index ->
                        blocks.put(index, owner.take(layout.block(index).byteCount())));
        return new StateCopy(blocks, owner);
    }

    /** Nothing. */
    public static StateCopy none(NativeBlocks owner) {
        return new StateCopy(Map.of(), owner);
    }

    /** Both; this and the other are not to be used any more. */
    public StateCopy with(StateCopy other) {
        var all = new TreeMap<>(blocks);
        all.putAll(other.blocks);
        return new StateCopy(all, owner);
    }

    /** Whether it has a block. */
    public boolean has(int index) {
        return blocks.containsKey(index);
    }

    /** A copy of some sections of a graph's state. */
    public static StateCopy of(GraphState state, NativeBlocks owner, Section... sections) {
        StateCopy copy = room(state.layout(), owner, sections);
        copy.indices().forEach(index -> copy.block(index).put(state.block(index)));
        return copy;
    }

    /** A block; a buffer of the caller's own. */
    public ByteBuffer block(int index) {
        var block = blocks.get(index);
        if (block == null) {
            throw new IndexOutOfBoundsException("block " + index + " is not in this copy");
        }
        return block.bytes();
    }

    /** Writes blocks of it into a graph's arrays. */
    public void copyTo(GraphState state, IntStream indices) {
        indices.parallel().forEach(index -> state.block(index).put(block(index)));
        state.written();
    }

    private IntStream indices() {
        return blocks.keySet().stream().mapToInt(Integer::intValue).parallel();
    }

    /** Gives the blocks back. */
    @Override
    public void close() {
        blocks.values().forEach(owner::give);
    }
}
