package org.casdm.job.sample.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;

/**
 * Which of a checkpoint's weights to draw with.
 *
 * @param text a moving average's rate, "none" for the parameters themselves, or empty for the average that the run
 *        draws its grids with; of a checkpoint without averages, the parameters
 */
public record WeightChoice(Optional<String> text) {

    private static final String NONE = "none";

    /**
     * The file in the checkpoint.
     *
     * @param rates of the averages that the checkpoint has
     * @param checkpoint names it in messages
     */
    String file(CasdmConfig config, List<Double> rates, String checkpoint) {
        if (text.isPresent() && text.get().strip().equals(NONE)) {
            return CheckpointFiles.MODEL;
        }
        if (text.isEmpty() && rates.isEmpty()) {
            // A checkpoint that is an average itself, as casdm ema makes.
            return CheckpointFiles.MODEL;
        }
        double rate = text.map(value -> rate(value, rates, checkpoint))
                .orElseGet(() -> config.samples()
                        .emaRate()
                        .orElse(config.train().emaRates().get(0)));
        if (!rates.contains(rate)) {
            throw missing(Double.toString(rate), rates, checkpoint);
        }
        return CheckpointFiles.exponentialMovingAverage(rate);
    }

    private static double rate(String text, List<Double> rates, String checkpoint) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw missing(text, rates, checkpoint);
        }
    }

    private static ConfigException missing(String wanted, List<Double> rates, String checkpoint) {
        return new ConfigException(List.of("--ema=" + wanted + ": " + checkpoint + " has no such moving average; it "
                + "has "
                + (rates.isEmpty()
                        ? "none, and"
                        : rates.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ", and")
                + " with --ema=none the parameters themselves"));
    }
}
