package org.casdm.data.shard;

import org.casdm.data.Division;

/**
 * What one worker visits in one epoch.
 *
 * @param order    that this is part of
 * @param epoch    which
 * @param map      where the epoch's images are stored
 * @param images   the worker's, in the order of storage
 * @param division under which they were dealt
 * @param worker   whose
 */
record WorkerEpoch(
        ShardOrder order, long epoch, ShardOrder.EpochMap map, Ranges images, Division division, int worker) {

    long windows() {
        return (images.size() + order.window() - 1) / order.window();
    }

    /** The numbers of a window's images, in the order in which they are visited. */
    long[] window(long index) {
        return order.windowOrder(epoch, images, division, worker, index);
    }
}
