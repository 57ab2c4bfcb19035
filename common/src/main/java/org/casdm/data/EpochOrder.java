package org.casdm.data;

import java.io.Serializable;
import org.casdm.random.CounterRandom;

/**
 * The order in which images are visited: another one every epoch, each image exactly once an epoch. It is a pure
 * function of seed, count and position, so that every worker finds its own images, and a resumed run the next ones,
 * without anything being stored or sent.
 *
 * <p>The permutation of an epoch is a Feistel network over the smallest square domain of an even number of bits that
 * holds all indices, walked until the index is below the count (Black and Rogaway 2002, "Ciphers with arbitrary finite
 * domains"): constant memory, fewer than five walks on average.
 *
 * @param seed  decides all orders
 * @param count images, 1 to 2^60
 */
public record EpochOrder(long seed, long count) implements Serializable {
    private static final int ROUNDS = 8;
    private static final long LARGEST_COUNT = 1L << 60;

    /** @throws IllegalArgumentException when there are no images, or too many */
    public EpochOrder {
        if (count < 1 || count > LARGEST_COUNT) {
            throw new IllegalArgumentException("an order needs 1 to 2^60 images, not " + count);
        }
    }

    /**
     * The image at a place in the endless sequence of epochs.
     *
     * @param globalPosition images visited before by all workers since the run began, at least 0
     * @return the image's index, 0 to count - 1
     */
    public long index(long globalPosition) {
        long key = CounterRandom.hash(seed, epoch(globalPosition));
        int halfBits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(count - 1) + 1) / 2);
        long index = globalPosition % count;
        do {
            index = permute(index, key, halfBits);
        } while (index >= count);
        return index;
    }

    /** The epoch that a position belongs to, from 0 on. */
    public long epoch(long globalPosition) {
        if (globalPosition < 0) {
            throw new IllegalArgumentException("positions begin at 0, not at " + globalPosition);
        }
        return globalPosition / count;
    }

    private static long permute(long value, long key, int halfBits) {
        long mask = (1L << halfBits) - 1;
        long left = value >>> halfBits;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ CounterRandom.hash(key + round, right) & mask;
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
