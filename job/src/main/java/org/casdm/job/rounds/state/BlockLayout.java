package org.casdm.job.rounds.state;

import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Cuts a graph's state (parameters, then updater state) and what belongs to its parameters into blocks. No block spans
 * two sections.
 *
 * @param parameterFloats number of parameters
 * @param updaterFloats   length of the updater's state, 0 if it has none
 * @param blockFloats     floats in a block; the last of a section may be shorter
 */
public record BlockLayout(long parameterFloats, long updaterFloats, int blockFloats) implements Serializable {

    /** What a block belongs to; in the order of blocks. */
    public enum Section {
        PARAMETERS,
        /** The state of the graph's updater. */
        UPDATER,
        /** The momentum of the outer optimizer, one number a parameter. */
        MOMENTUM,
        /** What a worker's float16 differences could not hold, one number a parameter. */
        ROUNDING_ERROR,
        /** A worker's parameters at the start of the round. */
        START
    }

    /**
     * Blocks with consecutive indices.
     *
     * @param first the first
     * @param end   the one after the last
     */
    public record Range(int first, int end) {

        public boolean contains(int index) {
            return first <= index && index < end;
        }

        /** One of {@code parts} nearly equal parts, from 0. */
        public Range share(int part, int parts) {
            long count = (long) end - first;
            return new Range(first + (int) (part * count / parts), first + (int) ((part + 1) * count / parts));
        }

        public IntStream indices() {
            return IntStream.range(first, end);
        }
    }

    /** Number of blocks of the graph's state; those of other sections follow. */
    public int blockCount() {
        return range(Section.UPDATER).end();
    }

    /** The blocks of a section. */
    public Range range(Section section) {
        int parameters = blocksOf(parameterFloats);
        int state = Math.addExact(parameters, blocksOf(updaterFloats));
        return switch (section) {
            case PARAMETERS -> new Range(0, parameters);
            case UPDATER -> new Range(parameters, state);
            case MOMENTUM, ROUNDING_ERROR, START -> {
                int first = Math.addExact(
                        state, Math.multiplyExact(section.ordinal() - Section.MOMENTUM.ordinal(), parameters));
                yield new Range(first, Math.addExact(first, parameters));
            }
        };
    }

    /** The block of another section that belongs to the same parameters. */
    public int beside(Section section, int parameterBlock) {
        return range(section).first() + parameterBlock;
    }

    /**
     * How long a block is on its way.
     *
     * @param float16 whether parameters travel as {@link Float16Differences}
     */
    public int bytes(int index, boolean float16) {
        var block = block(index);
        return float16 && block.section() == Section.PARAMETERS
                ? Float16Differences.bytes(block.floats())
                : block.byteCount();
    }

    /** The block with index {@code index}, from 0. */
    public Block block(int index) {
        for (var section : Section.values()) {
            var range = range(section);
            if (range.contains(index)) {
                long total = section == Section.UPDATER ? updaterFloats : parameterFloats;
                long first = (long) (index - range.first()) * blockFloats;
                return new Block(section, first, (int) Math.min(blockFloats, total - first));
            }
        }
        throw new IndexOutOfBoundsException("block " + index + " of " + this);
    }

    private int blocksOf(long floats) {
        return Math.toIntExact((floats + blockFloats - 1) / blockFloats);
    }

    /**
     * A block.
     *
     * @param section    that it is of
     * @param firstFloat where in that section it begins
     * @param floats     how long it is
     */
    public record Block(Section section, long firstFloat, int floats) {

        public int byteCount() {
            return floats * Float.BYTES;
        }
    }
}
