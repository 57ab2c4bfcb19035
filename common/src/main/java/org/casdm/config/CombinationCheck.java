package org.casdm.config;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.Format;
import org.casdm.config.CasdmConfig.Kind;
import org.casdm.config.CasdmConfig.Labels;
import org.casdm.config.CasdmConfig.Network;
import org.casdm.config.CasdmConfig.Objective;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.config.CasdmConfig.SampleMethod;
import org.casdm.config.CasdmConfig.SampleSpacing;
import org.casdm.config.CasdmConfig.Schedule;

/**
 * Checks that keys go together. Each check is left out if one of its keys has a problem itself, so that one mistake
 * is reported once.
 */
final class CombinationCheck {

    /** Groups of every group normalisation. */
    private static final int NORMALISATION_GROUPS = 32;
    /** With fewer timesteps the linear schedule's last beta reaches 1. */
    private static final int FEWEST_LINEAR_STEPS = 21;

    private final CasdmConfig config;
    private final SettingReader read;
    private final Problems problems;

    CombinationCheck(CasdmConfig config, SettingReader read, Problems problems) {
        this.config = config;
        this.read = read;
        this.problems = problems;
    }

    void run() {
        network("model.theta.", config.model().theta());
        // The baselines have no phi. Where phi only repeats theta, theta's problems are reported once.
        if (config.model().kind() == Kind.CAS_DM
                && !sameShape(config.model().phi(), config.model().theta())) {
            network("model.phi.", config.model().phi());
        }
        data();
        classes();
        diffusion();
        samples();
        guidance();
        tracking();
        variance();
        loss();
        metric();
        training();
        engine();
    }

    private static boolean sameShape(Network a, Network b) {
        return a.channels() == b.channels()
                && a.channelMult().equals(b.channelMult())
                && a.heads() == b.heads()
                && a.numHeadChannels().equals(b.numHeadChannels())
                && a.attentionResolutions().equals(b.attentionResolutions());
    }

    private void network(String section, Network network) {
        var channelsKey = section + "channels";
        if (problems.noneOf(channelsKey) && network.channels() % NORMALISATION_GROUPS != 0) {
            problem(
                    channelsKey,
                    "must be a multiple of " + NORMALISATION_GROUPS
                            + ", the number of normalisation groups; take "
                            + Math.max(1, Math.round(network.channels() / (double) NORMALISATION_GROUPS))
                                    * NORMALISATION_GROUPS);
        }
        var multKey = section + "channel-mult";
        if (!problems.noneOf("data.size", multKey)) {
            return;
        }
        var uneven = network.channelMult().stream()
                .filter(multiplier -> network.channels() * multiplier % NORMALISATION_GROUPS != 0)
                .toList();
        if (problems.noneOf(channelsKey) && !uneven.isEmpty()) {
            problem(
                    multKey,
                    "times " + read.describe(channelsKey) + " every width must be a multiple of " + NORMALISATION_GROUPS
                            + ", but not so with " + joined(uneven));
        }
        var size = config.data().size();
        var levels = network.channelMult().size();
        var factor = 1 << (levels - 1);
        if (size % factor != 0) {
            problem(
                    "data.size",
                    "with the " + levels + " levels of " + read.describe(multKey)
                            + " it is halved " + (levels - 1) + " times and must be a multiple of " + factor + "; take "
                            + (size / factor + 1) * factor + " or fewer levels");
            return;
        }
        attention(
                section,
                network,
                IntStream.range(0, levels).map(level -> size >> level).boxed().toList());
    }

    private void attention(String section, Network network, List<Integer> featureMaps) {
        var attentionKey = section + "attention-resolutions";
        if (problems.noneOf(attentionKey)) {
            var unreached = network.attentionResolutions().stream()
                    .filter(r -> !featureMaps.contains(r))
                    .toList();
            if (!unreached.isEmpty()) {
                problem(
                        attentionKey,
                        "with data.size = " + config.data().size() + " and " + featureMaps.size()
                                + " levels, feature maps have " + joined(featureMaps) + " pixels; none has "
                                + joined(unreached) + ". Choose among those, or [] for attention only in the middle");
            }
        }
        boolean byWidth = network.numHeadChannels().isPresent();
        var headsKey = section + (byWidth ? "num-head-channels" : "heads");
        int divisor = network.numHeadChannels().orElse(network.heads());
        if (!problems.noneOf(headsKey, attentionKey, section + "channels")) {
            return;
        }
        // The last level's width is that of the middle, which always attends.
        var undivided = IntStream.range(0, featureMaps.size())
                .filter(level -> level == featureMaps.size() - 1
                        || network.attentionResolutions().contains(featureMaps.get(level)))
                .map(level -> (int) (network.channels() * network.channelMult().get(level)))
                .filter(width -> width % divisor != 0)
                .boxed()
                .distinct()
                .toList();
        if (!undivided.isEmpty()) {
            problem(
                    headsKey,
                    "must divide the width of every level that attends, but does not divide " + joined(undivided)
                            + " channels");
        }
    }

    private void metric() {
        if (problems.noneOf("data.channels", "loss.lpips")
                && config.data().channels() == 1
                && config.loss().lpips() > 0) {
            problem(
                    "data.channels",
                    "LPIPS compares coloured images, and " + read.describe("loss.lpips")
                            + "; data.channels = 3 repeats grey ones, loss.lpips = 0 trains without");
        }
    }

    private void data() {
        if (problems.noneOf("data.channels") && config.data().channels() == 2) {
            problem("data.channels", "must be 3 (colour) or 1 (grey)");
        }
    }

    private void classes() {
        var classes = config.model().classes();
        if (classes == 0 || !problems.noneOf("model.classes", "data.labels", "data.format")) {
            return;
        }
        if (config.data().labels() == Labels.NONE) {
            problem(
                    "model.classes",
                    "a model with classes needs labelled images, but " + read.describe("data.labels")
                            + "; set data.labels = auto, or model.classes = 0");
        }
        var labelsOfFormat =
                config.data().format() == Format.CIFAR10 ? 10 : config.data().format() == Format.CIFAR100 ? 100 : 0;
        if (classes < labelsOfFormat) {
            problem(
                    "model.classes",
                    "the images of " + read.describe("data.format") + " have " + labelsOfFormat
                            + " classes; set model.classes = " + labelsOfFormat + ", or 0 to ignore them");
        }
    }

    private void diffusion() {
        var steps = config.diffusion().steps();
        if (problems.noneOf("diffusion.steps", "diffusion.schedule")
                && config.diffusion().schedule() == Schedule.LINEAR
                && steps < FEWEST_LINEAR_STEPS) {
            problem(
                    "diffusion.steps",
                    "the linear schedule needs at least " + FEWEST_LINEAR_STEPS
                            + " timesteps; take more, or diffusion.schedule = cosine");
        }
        if (problems.noneOf("diffusion.steps", "samples.sampler-steps")
                && config.samples().everySteps() > 0
                && config.samples().samplerSteps() > steps) {
            problem(
                    "samples.sampler-steps",
                    "the sampler cannot visit more timesteps than there are: " + read.describe("diffusion.steps"));
        }
    }

    private void samples() {
        var samples = config.samples();
        boolean solver = samples.method() == SampleMethod.DPM_SOLVER || samples.method() == SampleMethod.HEUN;
        if (problems.noneOf("samples.method", "samples.spacing")
                && samples.spacing() != SampleSpacing.AUTO
                && !solver) {
            problem(
                    "samples.spacing",
                    "belongs to samples.method = dpm-solver++ and heun, not to " + read.describe("samples.method")
                            + "; set samples.spacing = auto");
        }
    }

    private void tracking() {
        var server = config.tracking().mlflow();
        if (problems.noneOf("tracking.mlflow")
                && server.isPresent()
                && !server.get().matches("https?://.+")) {
            problem("tracking.mlflow", "must be a URL that begins with http:// or https://");
        }
    }

    private void guidance() {
        var model = config.model();
        if (problems.noneOf("model.classes", "model.label-dropout")
                && model.classes() == 0
                && model.labelDropout() > 0) {
            problem("model.label-dropout", "needs a model with classes; set model.classes, or model.label-dropout = 0");
        }
        var samples = config.samples();
        var interval = samples.guidanceInterval();
        if (problems.noneOf("samples.guidance-interval")
                && (interval.size() == 1 || interval.size() == 2 && !(interval.get(0) < interval.get(1)))) {
            problem("samples.guidance-interval", "is a lower and a higher noise level, or [] for all");
        }
        for (var key : List.of("samples.guidance", "samples.guidance-phi")) {
            double scale = key.equals("samples.guidance")
                    ? samples.guidance()
                    : samples.guidancePhi().orElse(1.0);
            if (problems.noneOf(key, "model.classes", "model.label-dropout")
                    && scale != 1
                    && model.nullLabel().isEmpty()) {
                problem(
                        key,
                        "needs a model with classes and model.label-dropout above 0; set those, or " + key + " = 1");
            }
        }
    }

    private void variance() {
        var model = config.model();
        if (model.phi().learnSigma() && problems.noneOf("model.phi.learn-sigma")) {
            problem("model.phi.learn-sigma", "the variance is theta's to learn; set model.theta.learn-sigma = true");
        }
        if (!problems.noneOf("model.kind", "model.theta.learn-sigma", "loss.objective", "loss.vlb")) {
            return;
        }
        var loss = config.loss();
        if (model.theta().learnSigma()) {
            if (model.kind() == Kind.DUAL) {
                problem("model.theta.learn-sigma", "is not possible with model.kind = dual; take ddpm or cas-dm");
            } else if (loss.objective() == Objective.HYBRID && loss.vlb() == 0) {
                problem("loss.vlb", "the variance learns only from this term; give it a weight, such as 0.001");
            }
        } else if (loss.objective() == Objective.VLB) {
            problem("loss.objective", "needs model.theta.learn-sigma = true; or take hybrid");
        }
    }

    private void loss() {
        if (!problems.noneOf(
                "loss.eps",
                "loss.x0",
                "loss.mu",
                "loss.lpips",
                "loss.metric",
                "loss.objective",
                "model.kind",
                "model.theta.init-from")) {
            return;
        }
        var loss = config.loss();
        boolean noiseIsLearnt = loss.eps() > 0 || loss.objective() == Objective.VLB;
        switch (config.model().kind()) {
            case CAS_DM -> {
                if (!noiseIsLearnt && config.model().theta().initFrom().isEmpty()) {
                    problem(
                            "loss.eps",
                            "theta learns only from this term; give it a weight, or start theta from"
                                    + " published weights (model.theta.init-from)");
                }
                if (loss.x0() == 0 && loss.lpips() + loss.metric() == 0) {
                    problem("loss.x0", "phi's image would not be trained; give loss.x0 or loss.lpips a weight");
                }
            }
            case DDPM -> {
                if (!noiseIsLearnt && loss.lpips() + loss.metric() == 0) {
                    problem("loss.eps", "with model.kind = ddpm nothing would be trained; give it a weight");
                }
            }
            case DUAL -> {
                if (loss.eps() + loss.x0() + loss.mu() + loss.lpips() + loss.metric() == 0) {
                    problem("loss.eps", "every term of the loss is switched off; give one a weight");
                }
            }
        }
    }

    private void training() {
        var rates = config.train().emaRates();
        if (problems.noneOf("train.ema-rates") && new HashSet<>(rates).size() < rates.size()) {
            problem("train.ema-rates", "a rate is given twice; leave one out");
        }
        var stds = config.train().emaStds();
        if (problems.noneOf("train.ema-stds") && new HashSet<>(stds).size() < stds.size()) {
            problem("train.ema-stds", "a length is given twice; leave one out");
        }
        if (problems.noneOf("train.ema-rates", "samples.ema-rate")) {
            config.samples()
                    .emaRate()
                    .filter(rate -> !rates.contains(rate))
                    .ifPresent(
                            rate -> problem("samples.ema-rate", "must be one of " + read.describe("train.ema-rates")));
        }
        var checkpoint = config.checkpoint();
        if (problems.noneOf("checkpoint.every-steps", "checkpoint.keep-every-steps")
                && checkpoint.keepEverySteps() % checkpoint.everySteps() != 0) {
            problem(
                    "checkpoint.keep-every-steps",
                    "must be a multiple of " + read.describe("checkpoint.every-steps") + ", or 0");
        }
    }

    private void engine() {
        var train = config.train();
        if (problems.noneOf("train.accumulate", "train.batch-size-per-worker")
                && train.batchSizePerWorker() % train.accumulate() != 0) {
            problem(
                    "train.accumulate",
                    "must divide " + read.describe("train.batch-size-per-worker") + " into micro-batches of one size");
        }
        if (!problems.noneOf("execution.engine") || config.execution().engine() != EngineChoice.ND4J) {
            return;
        }
        var change = " is not possible with " + read.describe("execution.engine") + "; set execution.engine = libtorch";
        if (problems.noneOf("train.accumulate") && train.accumulate() > 1) {
            problem("train.accumulate", "gradient accumulation" + change + ", or train.accumulate = 1");
        }
        if (problems.noneOf("train.activation-checkpointing") && train.activationCheckpointing()) {
            problem(
                    "train.activation-checkpointing",
                    "activation checkpointing" + change + ", or train.activation-checkpointing = false");
        }
        var precision = config.execution().precision();
        if (problems.noneOf("execution.precision")
                && (precision == PrecisionChoice.TF32 || precision == PrecisionChoice.BF16)) {
            problem("execution.precision", "reduced precision" + change + ", or execution.precision = float32");
        }
    }

    private void problem(String key, String message) {
        problems.add(key, read.describe(key) + ": " + message);
    }

    private static String joined(List<? extends Number> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
