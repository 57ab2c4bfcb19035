package org.casdm.job.rounds.average;

import java.io.Serializable;

/**
 * Workers in groups: the first {@code size}, the next, and so on; the last group may have fewer. Their mean is that of
 * the groups' means, each weighted with its workers, so that it does not depend on where workers are.
 *
 * @param workers of all groups, at least 1
 * @param size    of a group, at least 1
 */
public record WorkerGroups(int workers, int size) implements Serializable {

    /** Whether there is a mean to be taken before that over all: groups of one worker and a group of all are none. */
    public boolean matter() {
        return size > 1 && size < workers;
    }

    /** How many groups there are. */
    public int count() {
        return (workers + size - 1) / size;
    }

    /** A worker's group, from 0. */
    public int group(int worker) {
        return worker / size;
    }

    /** The first worker of a group. */
    public int first(int group) {
        return group * size;
    }

    /** The one after the last worker of a group. */
    public int end(int group) {
        return Math.min(workers, (group + 1) * size);
    }

    /** A worker's index in its group. */
    public int member(int worker) {
        return worker % size;
    }

    /** How many workers the group of a worker has. */
    public int sizeOf(int worker) {
        return end(group(worker)) - first(group(worker));
    }
}
