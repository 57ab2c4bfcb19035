package org.casdm.data;

import java.io.Serializable;

/**
 * From one image of a run on, so many workers take batches of such a size.
 *
 * @param firstImage images that all workers have seen before
 * @param order      how steps are dealt from there on
 */
public record Division(long firstImage, BatchOrder order) implements Serializable {

    /** @throws IllegalArgumentException when the first image is negative */
    public Division {
        if (firstImage < 0) {
            throw new IllegalArgumentException("the first image cannot be " + firstImage);
        }
    }

    /**
     * How many of the division's images a worker takes.
     *
     * @param worker 0 to workers - 1
     * @param images how many are looked at, from the division's first on
     */
    public long count(int worker, long images) {
        long steps = images / order.imagesPerStep();
        long begun = images % order.imagesPerStep() - (long) worker * order.batchSize();
        return steps * order.batchSize() + Math.max(0, Math.min(order.batchSize(), begun));
    }

    /**
     * The place of a worker's image among those of all workers: the opposite of {@link #count}.
     *
     * @param worker   0 to workers - 1
     * @param position how many of the division's images the worker took before
     */
    public long place(int worker, long position) {
        return order.firstPosition(position / order.batchSize(), worker) + position % order.batchSize();
    }
}
