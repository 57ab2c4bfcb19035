package org.casdm.config;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The whole configuration, checked. Every component is a key (dashes for capitals: {@code everySteps} is
 * {@code every-steps}); {@code reference.conf} says for each what it means, its unit, range and default.
 *
 * <p>An empty {@link OptionalInt} is written {@code auto}, an empty {@link Optional} {@code null}. Made by
 * {@link ConfigLoader}, which guarantees ranges and combinations. Immutable; equal if every key is equal.
 * Serializable as its text, so that it can be shipped to executors.
 *
 * @param spark settings for Spark by their full names ("spark.executor.memory"), passed on as they are
 */
public record CasdmConfig(
        Run run,
        Data data,
        @FixedOnResume Diffusion diffusion,
        @FixedOnResume Model model,
        Loss loss,
        Lpips lpips,
        Metric metric,
        Train train,
        Checkpoint checkpoint,
        Samples samples,
        Tracking tracking,
        Execution execution,
        Map<String, String> spark)
        implements Serializable {

    public CasdmConfig {
        spark = Map.copyOf(spark);
    }

    /** This configuration as text, for {@code config.conf} of the run folder; {@link ConfigLoader} reads it back. */
    public String toHocon() {
        return HoconWriter.write(this);
    }

    private Object writeReplace() {
        return new SerializedConfig(toHocon());
    }

    /** The run: where it is kept, and what its random numbers start from. */
    public record Run(
            Optional<String> folder, @FixedOnResume long seed) {}

    /** The training images. */
    public record Data(
            @FixedOnResume Format format,
            Optional<String> path,
            @FixedOnResume int size,
            @FixedOnResume int channels,
            boolean randomFlip,
            @FixedOnResume Labels labels,
            double maxBadFraction,
            boolean followLinks,
            Optional<String> cache) {}

    /** How images are stored: prepared already, or as a source that is prepared first. */
    public enum Format implements Choice {
        AUTO,
        FOLDER,
        ZIP,
        TAR,
        PARQUET,
        IMAGENET,
        IMAGENET_NPZ,
        LSUN,
        CIFAR10,
        CIFAR100,
        IDX,
        SHARDS
    }

    /** Where class labels come from. */
    public enum Labels implements Choice {
        AUTO,
        NONE,
        FOLDER,
        NAME
    }

    /** The diffusion process. */
    public record Diffusion(int steps, Schedule schedule, boolean rescaleTimesteps) {}

    /** Noise schedules by name. */
    public enum Schedule implements Choice {
        LINEAR,
        COSINE
    }

    /** The networks. Only {@link Kind#CAS_DM} uses {@code phi}. */
    public record Model(
            Kind kind, PhiInput phiInput, boolean clip, int classes, double labelDropout, Network theta, Network phi) {

        /** The label that stands for no class, behind the others; empty where every image has its class. */
        public OptionalInt nullLabel() {
            return classes > 0 && labelDropout > 0 ? OptionalInt.of(classes) : OptionalInt.empty();
        }
    }

    /** What is trained. */
    public enum Kind implements Choice {
        /** Cas-DM: theta estimates the noise, phi refines the image. */
        CAS_DM,
        /** Only theta. */
        DDPM,
        /** One network with both outputs. */
        DUAL
    }

    /** What phi sees. */
    public enum PhiInput implements Choice {
        X0("x0"),
        X0_XT("x0+xt");

        private final String text;

        PhiInput(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /**
     * One U-Net.
     *
     * @param attentionResolutions sizes in pixels of the feature maps that attend to themselves
     */
    public record Network(
            int channels,
            List<Double> channelMult,
            int resBlocks,
            List<Integer> attentionResolutions,
            int heads,
            Optional<Integer> numHeadChannels,
            boolean resblockUpdown,
            boolean learnSigma,
            boolean scaleShiftNorm,
            double dropout,
            Optional<String> initFrom,
            AttentionOrder initAttentionOrder) {

        public Network {
            channelMult = List.copyOf(channelMult);
            attentionResolutions = List.copyOf(attentionResolutions);
        }
    }

    /** In which order a file of weights has queries, keys and values. */
    public enum AttentionOrder implements Choice {
        /** Head by head: improved-diffusion, and guided-diffusion by default. */
        HEADS_FIRST,
        /** All queries, all keys, all values: guided-diffusion's {@code use_new_attention_order}. */
        QKV_FIRST
    }

    /** Weights of the loss terms. */
    public record Loss(
            double eps, double x0, double mu, double lpips, double metric, Objective objective, double vlb) {}

    /** The metric function besides LPIPS. */
    public record Metric(
            Optional<String> kind, Optional<String> file, Optional<String> fileSha256, double minAlphaBar) {}

    /** What a theta that learns its variance learns from. */
    public enum Objective implements Choice {
        /** The noise from its error, the variance from the variational bound. */
        HYBRID,
        /** Both from the bound. */
        VLB
    }

    /** The perceptual metric. */
    public record Lpips(
            Trunk trunk,
            Optional<String> weights,
            Optional<String> weightsSha256,
            Optional<String> lin,
            Optional<String> linSha256,
            Resize resize,
            double minAlphaBar) {}

    /** The network that LPIPS compares features of. */
    public enum Trunk implements Choice {
        VGG,
        ALEX,
        SQUEEZE
    }

    /** What LPIPS sees of images below 224 pixels. */
    public enum Resize implements Choice {
        TO_224("224"),
        NONE("none");

        private final String text;

        Resize(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** The training loop. */
    public record Train(
            int steps,
            int batchSizePerWorker,
            Averaging averaging,
            OptionalInt workers,
            int maxSkippedSteps,
            int accumulate,
            boolean activationCheckpointing,
            TimestepSampler timestepSampler,
            Optimizer optimizer,
            @FixedOnResume List<Double> emaRates,
            @FixedOnResume List<Double> emaStds) {

        public Train {
            emaRates = List.copyOf(emaRates);
            emaStds = List.copyOf(emaStds);
        }
    }

    /** How the workers' results are brought together. */
    public record Averaging(
            int period,
            int warmupSteps,
            Outer outer,
            double outerLearningRate,
            double outerMomentum,
            Moments moments,
            AveragedPrecision precision,
            int workersPerHost) {}

    /** The optimizer that takes a round's average as its step. */
    public enum Outer implements Choice {
        /** The average is the next round's start. */
        NONE,
        /** Nesterov's momentum over the rounds (DiLoCo). */
        NESTEROV
    }

    /** What becomes of the moments of the workers' optimizers at the end of a round. */
    public enum Moments implements Choice {
        AVERAGE,
        KEEP
    }

    /** The type of number that parameters travel in. */
    public enum AveragedPrecision implements Choice {
        FLOAT32,
        FLOAT16
    }

    /** Which timesteps are trained on. */
    public enum TimestepSampler implements Choice {
        /** All alike. */
        UNIFORM,
        /** In proportion to the root of their losses' second moment. */
        LOSS_SECOND_MOMENT
    }

    /** AdamW. */
    public record Optimizer(
            double learningRate,
            int warmupSteps,
            RateSchedule schedule,
            int referenceSteps,
            double weightDecay,
            double beta1,
            double beta2,
            double epsilon,
            double gradientClip) {}

    /** How the learning rate falls after the warm-up. */
    public enum RateSchedule implements Choice {
        CONSTANT,
        COSINE,
        INVERSE_SQUARE_ROOT
    }

    /** When checkpoints are written, and which are kept. */
    public record Checkpoint(int everySteps, int keepLast, int keepEverySteps, int emaEverySteps) {}

    /** The pictures drawn while training. */
    public record Samples(
            int everySteps,
            int count,
            SampleMethod method,
            SampleSpacing spacing,
            int samplerSteps,
            Optional<Double> emaRate,
            double guidance,
            Optional<Double> guidancePhi,
            List<Double> guidanceInterval) {

        public Samples {
            guidanceInterval = List.copyOf(guidanceInterval);
        }
    }

    /** How the pictures drawn while training step from noise to an image. */
    public enum SampleMethod implements Choice {
        DDIM("ddim"),
        DDPM("ddpm"),
        DPM_SOLVER("dpm-solver++"),
        HEUN("heun");

        private final String text;

        SampleMethod(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** Which noise levels dpm-solver++ and heun visit. */
    public enum SampleSpacing implements Choice {
        AUTO,
        UNIFORM,
        TRAILING,
        KARRAS
    }

    /** Where the run is followed. */
    public record Tracking(Optional<String> mlflow, Optional<String> experiment) {}

    /** How the work is done; the results do not depend on it. */
    public record Execution(
            OptionalInt threadsPerWorker,
            int averagingBlockMib,
            int averagingPort,
            Device device,
            EngineChoice engine,
            PrecisionChoice precision) {}

    /** Which engine computes; see {@link org.casdm.engine.Engines}. */
    public enum EngineChoice implements Choice {
        AUTO,
        ND4J,
        LIBTORCH
    }

    /** The type of number that products and convolutions are computed in. */
    public enum PrecisionChoice implements Choice {
        AUTO,
        FLOAT32,
        TF32,
        BF16
    }

    /** What computes. */
    public enum Device implements Choice {
        AUTO,
        CPU,
        GPU
    }
}
