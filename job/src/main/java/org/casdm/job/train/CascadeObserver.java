package org.casdm.job.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.LossWeights;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.TimestepSampler;
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
        int lpips = ConfiguredModel.lossWeights(config)
                .terms(ConfiguredModel.of(config))
                .indexOf(LossWeights.LPIPS);
        boolean sampled = config.train().timestepSampler() == TimestepSampler.LOSS_SECOND_MOMENT;
        return new StepObservation(
                outcome.terms(),
                lpips >= 0 ? distances(ofImages, lpips) : new double[0],
                sampled ? losses(ofImages) : new double[0]);
    }

    private double[] losses(double[][] termsOfImages) {
        var losses = ConfiguredModel.lossWeights(config);
        double[] weights = losses.of(losses.terms(ConfiguredModel.of(config)));
        return Arrays.stream(termsOfImages)
                .mapToDouble(terms -> IntStream.range(0, weights.length)
                        .mapToDouble(i -> weights[i] * terms[i])
                        .sum())
                .toArray();
    }

    /** A term of each image; 0 for images that LPIPS does not judge. */
    private static double[] distances(double[][] termsOfImages, int term) {
        return Arrays.stream(termsOfImages)
                .mapToDouble(terms -> terms[term])
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
