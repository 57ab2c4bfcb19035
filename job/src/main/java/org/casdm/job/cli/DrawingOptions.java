package org.casdm.job.cli;

import java.util.Optional;
import java.util.OptionalLong;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.engine.EngineRequest;
import org.casdm.job.evaluate.LikelihoodSettings;
import org.casdm.job.evaluate.RunSampling;
import org.casdm.job.sample.SampleRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How {@code casdm evaluate --run} draws samples. */
final class DrawingOptions {

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "With --run: samples of each checkpoint; with --metrics nll, images (default: all).")
    private Long count;

    @Option(
            names = "--ema",
            paramLabel = "RATE",
            description = "With --run: moving average to draw with, or none (default: the run's samples.ema-rate).")
    private String ema;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ddim",
            description = "With --run: ddim, ddpm, dpm-solver++ or heun (default: ${DEFAULT-VALUE}).")
    private SampleRequest.Method method;

    @Option(
            names = "--spacing",
            paramLabel = "SPACING",
            description = "With --run: noise levels of dpm-solver++ and heun: uniform, trailing, karras or respaced.")
    private Spacing spacing;

    @Option(
            names = "--respacing",
            paramLabel = "TEXT",
            description = "With --run: timesteps to visit, or all (default: the run's samples.sampler-steps).")
    private String respacing;

    @Option(
            names = "--classes",
            paramLabel = "CLASSES",
            description = "With --run, for models with classes: all, or numbers such as 0,3,5; images take turns.")
    private String classes;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "With --run: images that the networks see at once when drawing (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Mixin
    private GuidanceOptions guidance;

    @Option(names = "--keep-samples", description = "With --run: leave the samples in the run's evaluation/.")
    private boolean keep;

    /** The same for {@code --metrics nll}, of which the count is one of images, and may be missing. */
    LikelihoodSettings likelihood(String run, String images, long seed, Optional<String> cache, EngineRequest engine) {
        return new LikelihoodSettings(
                run,
                images,
                count == null ? OptionalLong.empty() : OptionalLong.of(count),
                batch,
                Optional.ofNullable(ema),
                Optional.ofNullable(respacing).filter(text -> !text.equals("all")),
                seed,
                cache,
                engine);
    }

    /** @throws IllegalArgumentException if the count is missing */
    RunSampling of(String run, long seed) {
        if (count == null) {
            throw new IllegalArgumentException(
                    "--run needs --count, the number of samples of each checkpoint, or --samples STEP=URI");
        }
        return new RunSampling(
                run,
                count,
                batch,
                Optional.ofNullable(ema),
                Optional.ofNullable(respacing),
                method,
                Optional.ofNullable(spacing),
                Optional.ofNullable(classes),
                guidance.request(),
                seed,
                keep);
    }
}
