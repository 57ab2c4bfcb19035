package org.casdm.job.rounds.state;

import java.io.Serializable;

/**
 * Cuts a graph's state (parameters, then updater state) into blocks. No block spans both.
 *
 * @param parameterFloats number of parameters
 * @param updaterFloats   length of the updater's state, 0 if it has none
 * @param blockFloats     floats in a block; the last of parameters and of updater state may be shorter
 */
public record BlockLayout(long parameterFloats, long updaterFloats, int blockFloats) implements Serializable {

    /** Number of blocks. */
    public int blockCount() {
        return Math.addExact(parameterBlocks(), blocksOf(updaterFloats));
    }

    /** The block with index {@code index}, from 0 to {@link #blockCount()} - 1. */
    public Block block(int index) {
        if (index < 0 || index >= blockCount()) {
            throw new IndexOutOfBoundsException("block " + index + " of " + blockCount());
        }
        boolean updater = index >= parameterBlocks();
        long total = updater ? updaterFloats : parameterFloats;
        long first = (long) (updater ? index - parameterBlocks() : index) * blockFloats;
        return new Block(updater, first, (int) Math.min(blockFloats, total - first));
    }

    private int parameterBlocks() {
        return blocksOf(parameterFloats);
    }

    private int blocksOf(long floats) {
        return Math.toIntExact((floats + blockFloats - 1) / blockFloats);
    }

    /**
     * A block.
     *
     * @param updater    of the updater's state, else of the parameters
     * @param firstFloat where in that vector it begins
     * @param floats     how long it is
     */
    public record Block(boolean updater, long firstFloat, int floats) {

        public int byteCount() {
            return floats * Float.BYTES;
        }
    }
}
