package org.casdm.job.rounds.batch;

import java.util.Objects;
import org.apache.hadoop.conf.Configuration;

/**
 * What a worker's minibatches may depend on, besides the step.
 *
 * @param workerIndex         which worker this is, from 0 to {@code workerCount - 1}
 * @param workerCount         how many workers take part in the round, at least 1
 * @param hadoopConfiguration the driver's Hadoop configuration, for reading from {@code s3a://}, {@code file:} and others
 */
public record WorkerContext(int workerIndex, int workerCount, Configuration hadoopConfiguration) {

    public WorkerContext {
        if (workerCount < 1 || workerIndex < 0 || workerIndex >= workerCount) {
            throw new IllegalArgumentException("worker index " + workerIndex + " is not in 0 to " + (workerCount - 1));
        }
        Objects.requireNonNull(hadoopConfiguration, "hadoopConfiguration");
    }
}
