package org.casdm.job.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;
import org.casdm.engine.StepOutcome;
import org.casdm.job.rounds.step.SkippedState;
import org.casdm.job.rounds.step.StepObservation;
import org.casdm.job.rounds.step.StepObserver;

/**
 * Reports the unweighted loss terms of each step, and each image's LPIPS distance where that is a term; keeps what led
 * to a skipped step in the run folder.
 *
 * @param config of the run
 */
record CascadeObserver(CasdmConfig config) implements StepObserver {

    @Override
    public StepObservation observe(StepOutcome outcome) {
        double[][] ofImages = outcome.termsOfImages();
        return new StepObservation(outcome.terms(), config.loss().lpips() > 0 ? distances(ofImages) : new double[0]);
    }

    /** LPIPS is the last of the terms; 0 for images that it does not judge. */
    private static double[] distances(double[][] termsOfImages) {
        return Arrays.stream(termsOfImages)
                .mapToDouble(terms -> terms[terms.length - 1])
                .filter(distance -> distance != 0)
                .toArray();
    }

    @Override
    public Optional<String> keep(SkippedState state) throws IOException {
        if (config.run().folder().isEmpty()) {
            return Optional.empty();
        }
        var failures = RunFolder.at(config.run().folder().get(), state.hadoopConfiguration())
                .failures();
        return Optional.of(new SkippedStepFiles(config, state).write(failures).toString());
    }
}
