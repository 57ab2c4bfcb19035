package org.casdm.job.rounds;

import org.apache.spark.Partitioner;

/** One partition for each block, and one for the workers' reports. */
final class BlockPartitioner extends Partitioner {

    private static final long serialVersionUID = 1L;

    private final int partitions;

    BlockPartitioner(int partitions) {
        this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
        return partitions;
    }

    @Override
    public int getPartition(Object key) {
        return ((BlockKey) key).block();
    }
}
