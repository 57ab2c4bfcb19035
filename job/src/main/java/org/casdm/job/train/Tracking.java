package org.casdm.job.train;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.CasdmConfig;
import org.casdm.job.report.Report;
import org.casdm.job.report.mlflow.MlflowRun.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells an MLflow server how the run goes, if the configuration names one. Its troubles do not stop the training. */
final class Tracking {

    private static final Logger LOG = LoggerFactory.getLogger(Tracking.class);
    private static final String EXPERIMENT = "casdm";

    private final CasdmConfig config;
    private final Report report;

    Tracking(CasdmConfig config, Configuration hadoop) {
        this.config = config;
        report = new Report(hadoop);
    }

    /** Sends what the run folder has and the server does not. */
    void update(Status status) {
        if (config.tracking().mlflow().isEmpty()) {
            return;
        }
        String server = config.tracking().mlflow().get();
        try {
            report.writeMlflow(
                    config.run().folder().orElseThrow(),
                    server,
                    config.tracking().experiment().orElse(EXPERIMENT),
                    Optional.of(status));
        } catch (IOException e) {
            LOG.warn("MLflow is not up to date; the next update sends what is missing: {}", e.getMessage());
        }
    }
}
