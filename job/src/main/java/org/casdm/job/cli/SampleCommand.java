package org.casdm.job.cli;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.job.cli.spark.SparkOptions;
import org.casdm.job.cli.spark.SparkProgram;
import org.casdm.job.sample.SampleJob;
import org.casdm.job.sample.SampleRequest;
import org.casdm.job.sample.draw.TrajectoryRequest;
import org.casdm.sampling.InterpolatedNoise;
import org.casdm.sampling.SamplerSettings.Estimator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm sample}. */
@Command(
        name = "sample",
        description = "Draws images from a checkpoint, spread over the executors. Image i depends only on the settings "
                + "and i. Rerun the same command to draw missing images, or with a higher --count to add images.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm sample --checkpoint=/data/runs/1 --count=16 --out=/data/samples/1",
            "  casdm sample --checkpoint=s3a://bucket/runs/1@12000 --count=50000 --format=npz \\",
            "      --method=ddpm --respacing=250 --out=s3a://bucket/samples/1 --master=spark://host:7077",
            "  casdm sample --checkpoint=/data/runs/1 --interpolate=1,2,9 --out=/data/way --trajectory=8"
        })
final class SampleCommand implements Callable<Integer> {

    private static final Pattern INTERPOLATION = Pattern.compile("(-?\\d{1,18}),(-?\\d{1,18}),(\\d{1,6})");

    /** As guided-diffusion's fixed variances are called. */
    private enum VarianceChoice {
        SMALL,
        LARGE,
        LEARNED
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private SparkOptions spark;

    @Mixin
    private EngineOptions engine;

    @Mixin
    private GuidanceOptions guidance;

    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "URI",
            description = "Folder of a run (its newest "
                    + "complete checkpoint), the same with @STEP appended, or the folder of a checkpoint.")
    private String checkpoint;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "Folder for the images: new, or one that this command has begun.")
    private String out;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Images: numbers 0 to N - 1.")
    private Long count;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "parquet",
            description = "parquet (shards, as "
                    + "evaluate and train read them), png (a file for each image) or npz (shards, and samples.npz for "
                    + "guided-diffusion's evaluator put together from them). Default: ${DEFAULT-VALUE}.")
    private SampleRequest.Format format;

    @Option(
            names = "--ema",
            paramLabel = "RATE",
            description = "Moving average to draw with, such as 0.9999, or none "
                    + "for the parameters themselves (default: the run's samples.ema-rate).")
    private String ema;

    @Option(
            names = "--network",
            paramLabel = "NETWORK",
            defaultValue = "cascade",
            description = "cascade (both "
                    + "networks) or theta (only the first one, as ddpm would draw). Default: ${DEFAULT-VALUE}.")
    private Estimator network;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ddim",
            description = "ddim, ddpm, dpm-solver++ (2M) or heun (EDM; asks the networks 2 N - 1 times for N "
                    + "timesteps). Default: ${DEFAULT-VALUE}.")
    private SampleRequest.Method method;

    @Option(
            names = "--spacing",
            paramLabel = "SPACING",
            description = "Noise levels of dpm-solver++ and heun: uniform (timesteps, diffusers' linspace), trailing, "
                    + "karras (EDM's) or respaced (the timesteps of --respacing). Default: uniform for dpm-solver++, "
                    + "karras for heun.")
    private Spacing spacing;

    @Option(
            names = "--respacing",
            paramLabel = "TEXT",
            description = "Timesteps to visit, as improved-diffusion "
                    + "spells it: 250, 10,15,20, ddim50; or all (default: the run's samples.sampler-steps).")
    private String respacing;

    @Option(names = "--eta", paramLabel = "ETA", description = "Share of fresh noise of ddim, 0 to 1 (default: 0).")
    private Double eta;

    @Option(
            names = "--variance",
            paramLabel = "VARIANCE",
            description = "Variance of ddpm: small, large, or learned with a model of learn-sigma "
                    + "(default: learned where possible, else small).")
    private VarianceChoice variance;

    @Option(names = "--no-clip", description = "Do not clip the estimate of the image to [-1, 1] at each step.")
    private boolean unclipped;

    @Option(
            names = "--classes",
            paramLabel = "CLASSES",
            description = "For models with classes: all, or numbers such as 0,3,5; images take turns.")
    private String classes;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Seed of all noise (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--interpolate",
            paramLabel = "A,B,N",
            description = "Instead of --count: N images on the way from image 0 of seed A to image 0 of seed B.")
    private String interpolation;

    @Option(
            names = "--trajectory",
            paramLabel = "K",
            description = "Also draw trajectory.png: x_t, both estimates of "
                    + "the image and the weight r at K steps, for the first images.")
    private Integer trajectory;

    @Option(
            names = "--trajectory-images",
            paramLabel = "M",
            defaultValue = "4",
            description = "How many images trajectory.png shows (default: ${DEFAULT-VALUE}).")
    private int trajectoryImages;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Images that the networks see at once: speed and memory (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--images-per-part",
            paramLabel = "N",
            description = "Images of a task and its part of the output (default: the count / 256, 8 to 1024).")
    private Integer imagesPerPart;

    @Override
    public Integer call() throws Exception {
        var job = new SampleJob(request(), engine.request(spec, PrecisionChoice.AUTO), spark.hadoop());
        return SparkProgram.run(
                spark.conf("casdm sample " + out), spec.commandLine().getErr(), job::run);
    }

    private SampleRequest request() {
        try {
            return new SampleRequest(
                    checkpoint,
                    out,
                    imageCount(),
                    format,
                    batch,
                    imagesPerPart == null ? OptionalInt.empty() : OptionalInt.of(imagesPerPart),
                    Optional.ofNullable(ema),
                    Optional.ofNullable(respacing),
                    method,
                    Optional.ofNullable(spacing),
                    Optional.ofNullable(variance).map(choice -> switch (choice) {
                        case SMALL -> Variance.FIXED_SMALL;
                        case LARGE -> Variance.FIXED_LARGE;
                        case LEARNED -> Variance.LEARNED;
                    }),
                    eta == null ? OptionalDouble.empty() : OptionalDouble.of(eta),
                    network,
                    Optional.ofNullable(classes),
                    guidance.request(),
                    seed,
                    !unclipped,
                    interpolation(),
                    Optional.ofNullable(trajectory).map(moments -> new TrajectoryRequest(moments, trajectoryImages)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private long imageCount() {
        if ((count == null) == (interpolation == null)) {
            throw new IllegalArgumentException("Give --count, or --interpolate, and not both");
        }
        return count != null ? count : interpolation().orElseThrow().frames();
    }

    private Optional<InterpolatedNoise> interpolation() {
        if (interpolation == null) {
            return Optional.empty();
        }
        var parts = INTERPOLATION.matcher(interpolation);
        if (!parts.matches()) {
            throw new IllegalArgumentException("--interpolate is two seeds and a number of images, such as 1,2,9, not "
                    + "\"" + interpolation + "\"");
        }
        return Optional.of(new InterpolatedNoise(
                Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), Integer.parseInt(parts.group(3))));
    }
}
