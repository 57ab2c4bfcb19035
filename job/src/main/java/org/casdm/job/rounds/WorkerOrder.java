package org.casdm.job.rounds;

import java.io.Serializable;
import java.util.Comparator;

/** Orders a partition's records by worker, so that sums are taken in the same order whatever arrives first. */
record WorkerOrder() implements Comparator<BlockKey>, Serializable {

    @Override
    public int compare(BlockKey first, BlockKey second) {
        int byBlock = Integer.compare(first.block(), second.block());
        return byBlock != 0 ? byBlock : Integer.compare(first.worker(), second.worker());
    }
}
