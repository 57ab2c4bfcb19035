package org.casdm.job.evaluate.feature;

import org.apache.spark.Partitioner;

/** Numbers from 0 on, so many neighbours in each partition. */
final class NeighboursTogether extends Partitioner {

    private static final long serialVersionUID = 1L;

    private final int count;
    private final int together;

    NeighboursTogether(int count, int together) {
        this.count = count;
        this.together = together;
    }

    @Override
    public int numPartitions() {
        return (count + together - 1) / together;
    }

    @Override
    public int getPartition(Object key) {
        return (Integer) key / together;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NeighboursTogether that && count == that.count && together == that.together;
    }

    @Override
    public int hashCode() {
        return 31 * count + together;
    }
}
