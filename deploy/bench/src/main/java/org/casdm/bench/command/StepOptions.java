package org.casdm.bench.command;

import java.util.List;
import org.casdm.bench.StepSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The sizes of a training step that is measured. */
final class StepOptions {

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "32",
            description = "Side of the pictures (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--channels",
            paramLabel = "N",
            defaultValue = "64",
            description = "Base width of both networks, a multiple of 32 (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(
            names = "--res-blocks",
            paramLabel = "N",
            defaultValue = "2",
            description = "Residual blocks in each level (default: ${DEFAULT-VALUE}).")
    private int residualBlocks;

    @Option(
            names = "--heads",
            paramLabel = "N",
            defaultValue = "4",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(
            names = "--mult",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,2,2",
            description = "Width of each level as a multiple of the base width (default: ${DEFAULT-VALUE}).")
    private List<Integer> multipliers;

    @Option(
            names = "--attention",
            paramLabel = "N",
            split = ",",
            defaultValue = "2,4",
            description = "Downsampling factors with attention (default: ${DEFAULT-VALUE}).")
    private List<Integer> attention;

    @Option(
            names = "--num-head-channels",
            paramLabel = "N",
            defaultValue = "0",
            description = "Width of an attention head, in place of --heads (default: none).")
    private int headChannels;

    @Option(names = "--resblock-updown", description = "Networks that halve and double within residual blocks.")
    private boolean residualResampling;

    @Option(names = "--learn-sigma", description = "A first network that learns its variance, with the hybrid loss.")
    private boolean learnsVariance;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Pictures a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of arithmetic (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    StepSettings settings(CommandSpec spec, int steps, StepSettings.Metric metric) {
        try {
            return new StepSettings(
                    size,
                    channels,
                    residualBlocks,
                    heads,
                    multipliers,
                    attention,
                    batch,
                    threads,
                    steps,
                    metric,
                    new StepSettings.Variant(headChannels, residualResampling, learnsVariance));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
