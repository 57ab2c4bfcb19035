package org.casdm.job.train;

import java.io.IOException;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.job.JobFailure;

/**
 * Trains a model: rounds of local steps on the executors, parameters averaged between rounds; moving averages,
 * metrics, checkpoints and sample grids on the way. Resumes from the run folder's newest checkpoint if it has one.
 */
public final class TrainJob {

    private final CasdmConfig config;

    /**
     * @param config checked by its loader, with {@code run.folder} and {@code data.path}
     * @throws ConfigException if there is no such model, or LPIPS is asked for without weights
     */
    public TrainJob(CasdmConfig config) {
        this.config = config;
        ConfiguredModel.of(config);
        ConfiguredModel.optimizer(config);
        LpipsSources.of(config);
    }

    /**
     * Runs until {@code train.steps} are done.
     *
     * @throws IOException if images cannot be found or the run folder cannot be written
     * @throws JobFailure if the run folder holds another run, or too many steps had to be skipped
     */
    public void run(JavaSparkContext spark) throws IOException {
        try (var run = new TrainingRun(config, spark)) {
            run.train();
        }
    }
}
