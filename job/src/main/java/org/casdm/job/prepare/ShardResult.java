package org.casdm.job.prepare;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.shard.SkippedRecord;

/**
 * What has become of a partition.
 *
 * @param partition its number
 * @param shard     the file; null where no image fell into it
 * @param classes   1 more than the largest label in it; 0 without labels
 * @param skipped   pictures that cannot be used and would have been in it
 */
record ShardResult(int partition, ShardFile shard, int classes, List<SkippedRecord> skipped) implements Serializable {

    ShardResult {
        skipped = List.copyOf(skipped);
    }

    Optional<ShardFile> file() {
        return Optional.ofNullable(shard);
    }
}
