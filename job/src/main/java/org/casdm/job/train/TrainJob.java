package org.casdm.job.train;

import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig;

/** The training job. */
public final class TrainJob {

    private final CasdmConfig config;

    /** @param config the run's configuration */
    public TrainJob(CasdmConfig config) {
        this.config = config;
    }

    /** Trains. */
    public void run(JavaSparkContext spark) {
        throw new UnsupportedOperationException("this build has no training job: " + config.run().folder());
    }
}
