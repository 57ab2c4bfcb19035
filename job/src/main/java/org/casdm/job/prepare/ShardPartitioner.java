package org.casdm.job.prepare;

import org.apache.spark.Partitioner;

/** Sends each image to the task that writes its shard. */
final class ShardPartitioner extends Partitioner {

    private static final long serialVersionUID = 1L;

    private final int partitions;

    ShardPartitioner(int partitions) {
        this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
        return partitions;
    }

    @Override
    public int getPartition(Object key) {
        return ShardLayout.partition((byte[]) key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardPartitioner partitioner && partitioner.partitions == partitions;
    }

    @Override
    public int hashCode() {
        return partitions;
    }
}
