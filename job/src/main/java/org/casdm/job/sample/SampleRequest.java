package org.casdm.job.sample;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.casdm.cascade.ModelSpec;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.job.sample.draw.TrajectoryRequest;
import org.casdm.sampling.Guidance;
import org.casdm.sampling.InterpolatedNoise;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod;

/**
 * What the user asks for, as it is said on the command line.
 *
 * @param checkpoint a run's folder, {@code folder@step}, or a checkpoint's folder
 * @param out the folder to draw to
 * @param count images 0 to count - 1
 * @param format how they are stored
 * @param batch images that the networks see at once
 * @param imagesPerPart images in a part; empty: chosen by the count
 * @param ema a moving average's rate, or "none"; empty: the one that the run draws its grids with
 * @param respacing as {@link org.casdm.diffusion.Respacing} reads it, or "all"; empty: the run's samples.sampler-steps
 * @param method how to step
 * @param spacing of the noise levels of dpm-solver++ and heun; empty: the method's own
 * @param variance of DDPM's noise; empty: small
 * @param eta share of fresh noise of DDIM; empty: 0
 * @param network whose estimate to follow
 * @param classes "all" or class numbers; empty for a model without classes
 * @param guidance towards the classes
 * @param seed of the noise
 * @param clip whether the estimate of x_0 is clipped
 * @param interpolation the way to go instead of drawing images by number
 * @param trajectory what to show of the way from noise to image
 */
public record SampleRequest(
        String checkpoint,
        String out,
        long count,
        Format format,
        int batch,
        OptionalInt imagesPerPart,
        Optional<String> ema,
        Optional<String> respacing,
        Method method,
        Optional<Spacing> spacing,
        Optional<Variance> variance,
        OptionalDouble eta,
        Estimator network,
        Optional<String> classes,
        GuidanceRequest guidance,
        long seed,
        boolean clip,
        Optional<InterpolatedNoise> interpolation,
        Optional<TrajectoryRequest> trajectory) {

    private static final long MOST_IMAGES = 999_999_999;

    /** How images are stored. */
    public enum Format {
        /** Shards, as training reads them. */
        PARQUET,
        /** A file for each image. */
        PNG,
        /** Shards, and one file for guided-diffusion's evaluator put together from them. */
        NPZ
    }

    /** How to step. */
    public enum Method {
        DDPM("ddpm"),
        DDIM("ddim"),
        DPM_SOLVER("dpm-solver++"),
        HEUN("heun");

        private final String text;

        Method(String text) {
            this.text = text;
        }

        /** Whether it solves the ODE over noise levels that can be spaced. */
        boolean hasSpacing() {
            return this == DPM_SOLVER || this == HEUN;
        }

        /** The name on the command line. */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Guidance as it is said on the command line.
     *
     * @param theta scale for θ; empty: none
     * @param phi scale for φ; empty: θ's
     * @param interval noise levels with guidance, "0.3,5"; empty: all
     */
    public record GuidanceRequest(OptionalDouble theta, OptionalDouble phi, Optional<String> interval) {

        /** No guidance. */
        public static final GuidanceRequest NONE =
                new GuidanceRequest(OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty());

        private static final Pattern INTERVAL = Pattern.compile("([0-9.eE+-]+),([0-9.eE+-]+)");

        public GuidanceRequest {
            require(
                    interval.isEmpty() || theta.isPresent() || phi.isPresent(),
                    "--guidance-interval belongs to --guidance");
        }

        /**
         * What it means for a model.
         *
         * @throws IllegalArgumentException if the model cannot be guided, or a number is none
         */
        Guidance of(OptionalInt nullLabel) {
            double scale = theta.orElse(1);
            double from = 0;
            double to = Double.POSITIVE_INFINITY;
            if (interval.isPresent()) {
                var numbers = INTERVAL.matcher(interval.get());
                require(
                        numbers.matches(),
                        "--guidance-interval is two noise levels such as 0.3,5, not " + interval.get());
                try {
                    from = Double.parseDouble(numbers.group(1));
                    to = Double.parseDouble(numbers.group(2));
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "--guidance-interval is two noise levels such as 0.3,5, not " + interval.get(), e);
                }
            }
            return new Guidance(scale, phi.orElse(scale), from, to, nullLabel.orElse(-1));
        }

        /** In words, for what depends on it; empty for no guidance. */
        public Optional<String> describe() {
            return theta.isEmpty() && phi.isEmpty()
                    ? Optional.empty()
                    : Optional.of(theta.orElse(1) + ", phi " + phi.orElse(theta.orElse(1)) + ", interval "
                            + interval.orElse("all"));
        }
    }

    /** @throws IllegalArgumentException saying what is wrong, for the user */
    public SampleRequest {
        require(count >= 1 && count <= MOST_IMAGES, "--count is 1 to 999,999,999, not " + count);
        require(batch >= 1, "--batch is at least 1, not " + batch);
        require(imagesPerPart.isEmpty() || imagesPerPart.getAsInt() >= 1, "--images-per-part is at least 1");
        require(method == Method.DDPM || variance.isEmpty(), "--variance belongs to --method=ddpm");
        require(method.hasSpacing() || spacing.isEmpty(), "--spacing belongs to --method=dpm-solver++ and heun");
        require(method == Method.DDIM || eta.isEmpty(), "--eta belongs to --method=ddim");
        require(
                interpolation.isEmpty() || method != Method.DDPM && eta.orElse(0) == 0,
                "--interpolate needs a method without fresh noise, such as --method=ddim with --eta=0: else the images on the way do not"
                        + " follow from its ends");
    }

    /** The method with its settings. */
    SamplingMethod sampling(ModelSpec model) {
        return switch (method) {
            case DDPM ->
                new SamplingMethod.Ddpm(
                        variance.orElse(model.learnsVariance() ? Variance.LEARNED : Variance.FIXED_SMALL));
            case DDIM -> new SamplingMethod.Ddim(eta.orElse(0));
            case DPM_SOLVER -> new SamplingMethod.DpmSolver(spacing.orElse(SamplingMethod.DpmSolver.DEFAULT_SPACING));
            case HEUN -> new SamplingMethod.Heun(spacing.orElse(SamplingMethod.Heun.DEFAULT_SPACING));
        };
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
