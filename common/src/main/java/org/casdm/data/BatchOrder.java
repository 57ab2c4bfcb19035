package org.casdm.data;

import java.io.Serializable;

/**
 * Which positions of the {@link EpochOrder} a worker takes: step s of W workers with batches of B covers the W × B
 * positions from s × W × B on, worker w the B from s × W × B + w × B on.
 *
 * @param workers   W, at least 1
 * @param batchSize B, images per worker and step, at least 1
 */
public record BatchOrder(int workers, int batchSize) implements Serializable {
    /** @throws IllegalArgumentException when a number is below 1 */
    public BatchOrder {
        if (workers < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "at least one worker and one image a batch, not " + workers + " and " + batchSize);
        }
    }

    /** Images that all workers together take in one step. */
    public long imagesPerStep() {
        return (long) workers * batchSize;
    }

    /**
     * The first position of a worker's batch; the others follow it.
     *
     * @param step   global step, from 0 on
     * @param worker 0 to workers - 1
     */
    public long firstPosition(long step, int worker) {
        if (step < 0 || worker < 0 || worker >= workers) {
            throw new IllegalArgumentException("no step " + step + " of worker " + worker + " among " + workers);
        }
        return Math.addExact(Math.multiplyExact(step, imagesPerStep()), (long) worker * batchSize);
    }
}
