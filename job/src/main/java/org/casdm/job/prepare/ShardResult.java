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
 * @param skipped   pictures that cannot be used and would have been in it
 */
record ShardResult(int partition, ShardFile shard, List<SkippedRecord> skipped) implements Serializable {

    ShardResult {
        skipped = List.copyOf(skipped);
    }

    Optional<ShardFile> file() {
        return Optional.ofNullable(shard);
    }
}
