package org.casdm.data.shard;

import java.util.Arrays;

/** A sequence of numbers that is made of ranges, as few or as many as it takes. */
final class Ranges {

    private final long[] starts;
    /** The position after each range's last number. */
    private final long[] ends;

    private Ranges(long[] starts, long[] ends) {
        this.starts = starts;
        this.ends = ends;
    }

    /** The numbers 0 to count - 1. */
    static Ranges upTo(long count) {
        return new Builder().add(0, count).build();
    }

    long size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /** The number at a position. */
    long get(long position) {
        int range = rangeAt(position);
        return starts[range] + position - begin(range);
    }

    private int rangeAt(long position) {
        int found = Arrays.binarySearch(ends, position);
        return found >= 0 ? found + 1 : -found - 1;
    }

    private long begin(int range) {
        return range == 0 ? 0 : ends[range - 1];
    }

    /** Puts the ranges together. */
    static final class Builder {

        private long[] starts = new long[16];
        private long[] ends = new long[16];
        private int count;

        /** Appends the numbers from {@code start} on. */
        Builder add(long start, long length) {
            if (length > 0) {
                if (count == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * count);
                    ends = Arrays.copyOf(ends, 2 * count);
                }
                starts[count] = start;
                ends[count] = length + (count == 0 ? 0 : ends[count - 1]);
                count++;
            }
            return this;
        }

        /** Appends a part of another sequence. */
        Builder addAll(Ranges other, long from, long to) {
            for (long position = from; position < to; ) {
                int range = other.rangeAt(position);
                long length = Math.min(other.ends[range], to) - position;
                add(other.get(position), length);
                position += length;
            }
            return this;
        }

        Ranges build() {
            return new Ranges(Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
        }
    }
}
