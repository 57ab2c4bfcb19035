package org.casdm.config;

import static org.casdm.config.SettingReader.Range.aboveTo;
import static org.casdm.config.SettingReader.Range.between;
import static org.casdm.config.SettingReader.Range.closed;
import static org.casdm.config.SettingReader.Range.fromToBelow;

import java.util.Map;
import org.casdm.config.CasdmConfig.AttentionOrder;
import org.casdm.config.CasdmConfig.AveragedPrecision;
import org.casdm.config.CasdmConfig.Averaging;
import org.casdm.config.CasdmConfig.Checkpoint;
import org.casdm.config.CasdmConfig.Data;
import org.casdm.config.CasdmConfig.Device;
import org.casdm.config.CasdmConfig.Diffusion;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.Execution;
import org.casdm.config.CasdmConfig.Format;
import org.casdm.config.CasdmConfig.Kind;
import org.casdm.config.CasdmConfig.Labels;
import org.casdm.config.CasdmConfig.Loss;
import org.casdm.config.CasdmConfig.Lpips;
import org.casdm.config.CasdmConfig.Metric;
import org.casdm.config.CasdmConfig.Model;
import org.casdm.config.CasdmConfig.Moments;
import org.casdm.config.CasdmConfig.Network;
import org.casdm.config.CasdmConfig.Objective;
import org.casdm.config.CasdmConfig.Optimizer;
import org.casdm.config.CasdmConfig.Outer;
import org.casdm.config.CasdmConfig.PhiInput;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.config.CasdmConfig.RateSchedule;
import org.casdm.config.CasdmConfig.Resize;
import org.casdm.config.CasdmConfig.Run;
import org.casdm.config.CasdmConfig.SampleMethod;
import org.casdm.config.CasdmConfig.SampleSpacing;
import org.casdm.config.CasdmConfig.Samples;
import org.casdm.config.CasdmConfig.Schedule;
import org.casdm.config.CasdmConfig.TimestepSampler;
import org.casdm.config.CasdmConfig.Tracking;
import org.casdm.config.CasdmConfig.Train;
import org.casdm.config.CasdmConfig.Trunk;

/** Reads the records section by section. The ranges are those that {@code reference.conf} states. */
final class ConfigReader {

    private static final int BILLION = 1_000_000_000;

    private final SettingReader read;

    ConfigReader(SettingReader read) {
        this.read = read;
    }

    CasdmConfig config(Map<String, String> spark) {
        return new CasdmConfig(
                run(),
                data(),
                diffusion(),
                model(),
                loss(),
                lpips(),
                metric(),
                train(),
                checkpoint(),
                samples(),
                tracking(),
                execution(),
                spark);
    }

    private Run run() {
        return new Run(read.location("run.folder"), read.wholeNumber64("run.seed"));
    }

    private Data data() {
        return new Data(
                read.choice("data.format", Format.values()),
                read.location("data.path"),
                read.integer("data.size", 8, 1024),
                read.integer("data.channels", 1, 3),
                read.flag("data.random-flip"),
                read.choice("data.labels", Labels.values()),
                read.decimal("data.max-bad-fraction", closed(0, 1)),
                read.flag("data.follow-links"),
                read.location("data.cache"));
    }

    private Diffusion diffusion() {
        return new Diffusion(
                read.integer("diffusion.steps", 2, 100_000),
                read.choice("diffusion.schedule", Schedule.values()),
                read.flag("diffusion.rescale-timesteps"));
    }

    private Model model() {
        return new Model(
                read.choice("model.kind", Kind.values()),
                read.choice("model.phi-input", PhiInput.values()),
                read.flag("model.clip"),
                read.integer("model.classes", 0, 100_000),
                read.decimal("model.label-dropout", fromToBelow(0, 1)),
                network("model.theta."),
                network("model.phi."));
    }

    private Network network(String section) {
        return new Network(
                read.integer(section + "channels", 32, 1024),
                read.decimals(section + "channel-mult", aboveTo(0, 16), 1, 8),
                read.integer(section + "res-blocks", 1, 16),
                read.integers(section + "attention-resolutions", 1, 1024, 0, 8),
                read.integer(section + "heads", 1, 64),
                read.optionalInteger(section + "num-head-channels", 1, 1024),
                read.flag(section + "resblock-updown"),
                read.flag(section + "learn-sigma"),
                read.flag(section + "scale-shift-norm"),
                read.decimal(section + "dropout", fromToBelow(0, 1)),
                read.location(section + "init-from"),
                read.choice(section + "init-attention-order", AttentionOrder.values()));
    }

    private Loss loss() {
        var weight = closed(0, 1_000_000);
        return new Loss(
                read.decimal("loss.eps", weight),
                read.decimal("loss.x0", weight),
                read.decimal("loss.mu", weight),
                read.decimal("loss.lpips", weight),
                read.decimal("loss.metric", weight),
                read.choice("loss.objective", Objective.values()),
                read.decimal("loss.vlb", weight));
    }

    private Lpips lpips() {
        return new Lpips(
                read.choice("lpips.trunk", Trunk.values()),
                read.location("lpips.weights"),
                read.sha256("lpips.weights-sha256"),
                read.location("lpips.lin"),
                read.sha256("lpips.lin-sha256"),
                read.choice("lpips.resize", Resize.values()),
                read.decimal("lpips.min-alpha-bar", fromToBelow(0, 1)));
    }

    private Metric metric() {
        return new Metric(
                read.location("metric.kind"),
                read.location("metric.file"),
                read.sha256("metric.file-sha256"),
                read.decimal("metric.min-alpha-bar", fromToBelow(0, 1)));
    }

    private Train train() {
        return new Train(
                read.integer("train.steps", 1, BILLION),
                read.integer("train.batch-size-per-worker", 1, 65_536),
                averaging("train.averaging."),
                read.integerOrAuto("train.workers", 1, 10_000),
                read.integer("train.max-skipped-steps", 0, BILLION),
                read.integer("train.accumulate", 1, 65536),
                read.flag("train.activation-checkpointing"),
                read.choice("train.timestep-sampler", TimestepSampler.values()),
                optimizer("train.optimizer."),
                read.decimals("train.ema-rates", between(0, 1), 1, 8),
                read.decimals("train.ema-stds", closed(0.001, 0.28), 0, 4));
    }

    private Averaging averaging(String section) {
        return new Averaging(
                read.integer(section + "period", 1, 100_000),
                read.integer(section + "warmup-steps", 0, BILLION),
                read.choice(section + "outer", Outer.values()),
                read.decimal(section + "outer-learning-rate", aboveTo(0, 10)),
                read.decimal(section + "outer-momentum", fromToBelow(0, 1)),
                read.choice(section + "moments", Moments.values()),
                read.choice(section + "precision", AveragedPrecision.values()),
                read.integer(section + "workers-per-host", 1, 100_000));
    }

    private Optimizer optimizer(String section) {
        return new Optimizer(
                read.decimal(section + "learning-rate", aboveTo(0, 1)),
                read.integer(section + "warmup-steps", 0, BILLION),
                read.choice(section + "schedule", RateSchedule.values()),
                read.integer(section + "reference-steps", 1, BILLION),
                read.decimal(section + "weight-decay", closed(0, 1)),
                read.decimal(section + "beta1", fromToBelow(0, 1)),
                read.decimal(section + "beta2", fromToBelow(0, 1)),
                read.decimal(section + "epsilon", aboveTo(0, 1)),
                read.decimal(section + "gradient-clip", closed(0, BILLION)));
    }

    private Checkpoint checkpoint() {
        return new Checkpoint(
                read.integer("checkpoint.every-steps", 1, BILLION),
                read.integer("checkpoint.keep-last", 1, 1000),
                read.integer("checkpoint.keep-every-steps", 0, BILLION),
                read.integer("checkpoint.ema-every-steps", 1, BILLION));
    }

    private Samples samples() {
        return new Samples(
                read.integer("samples.every-steps", 0, BILLION),
                read.integer("samples.count", 1, 1024),
                read.choice("samples.method", SampleMethod.values()),
                read.choice("samples.spacing", SampleSpacing.values()),
                read.integer("samples.sampler-steps", 2, 100_000),
                read.optionalDecimal("samples.ema-rate", between(0, 1)),
                read.decimal("samples.guidance", closed(0, 1000)),
                read.optionalDecimal("samples.guidance-phi", closed(0, 1000)),
                read.decimals("samples.guidance-interval", closed(0, BILLION), 0, 2));
    }

    private Tracking tracking() {
        return new Tracking(read.location("tracking.mlflow"), read.location("tracking.experiment"));
    }

    private Execution execution() {
        return new Execution(
                read.integerOrAuto("execution.threads-per-worker", 1, 1024),
                read.integer("execution.averaging-block-mib", 1, 256),
                read.integer("execution.averaging-port", 0, 65535),
                read.choice("execution.device", Device.values()),
                read.choice("execution.engine", EngineChoice.values()),
                read.choice("execution.precision", PrecisionChoice.values()));
    }
}
