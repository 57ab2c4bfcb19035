package org.casdm.cascade;

import java.util.Optional;
import org.casdm.config.CasdmConfig;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.Trunk;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;
import org.casdm.optimizer.LearningRate;

/** The model that a configuration describes. */
public final class ConfiguredModel {

    private ConfiguredModel() {}

    /** The model of a configuration that has been checked. */
    public static ModelSpec of(CasdmConfig config) {
        var model = config.model();
        int colours = config.data().channels();
        boolean seesXt = model.phiInput() == CasdmConfig.PhiInput.X0_XT;
        var kind = switch (model.kind()) {
            case CAS_DM -> ModelSpec.Kind.CAS_DM;
            case DDPM -> ModelSpec.Kind.DDPM;
            case DUAL -> ModelSpec.Kind.DUAL;
        };
        int outputs =
                kind == ModelSpec.Kind.DUAL ? 2 * colours + 1 : model.theta().learnSigma() ? 2 * colours : colours;
        var theta = network(config, model.theta(), colours, outputs);
        Optional<UNetSpec> phi = kind == ModelSpec.Kind.CAS_DM
                ? Optional.of(network(config, model.phi(), seesXt ? 2 * colours : colours, colours + 1))
                : Optional.empty();
        return new ModelSpec(
                kind,
                theta,
                phi,
                kind == ModelSpec.Kind.CAS_DM && seesXt,
                model.clip(),
                schedule(config.diffusion()),
                config.diffusion().rescaleTimesteps());
    }

    /** The optimizer of both networks. */
    public static AdamW optimizer(CasdmConfig config) {
        var settings = config.train().optimizer();
        var schedule = switch (settings.schedule()) {
            case CONSTANT -> new LearningRate.Constant();
            case COSINE -> new LearningRate.Cosine(Math.max(1, config.train().steps() - settings.warmupSteps()));
            case INVERSE_SQUARE_ROOT -> new LearningRate.InverseSquareRoot(settings.referenceSteps());
        };
        return new AdamW(
                new LearningRate(settings.learningRate(), settings.warmupSteps(), schedule),
                settings.beta1(),
                settings.beta2(),
                settings.epsilon(),
                settings.gradientClip());
    }

    /** The weights of the loss terms. */
    public static LossWeights lossWeights(CasdmConfig config) {
        var loss = config.loss();
        boolean boundOnly = loss.objective() == CasdmConfig.Objective.VLB;
        return new LossWeights(
                boundOnly ? 0 : loss.eps(),
                loss.x0(),
                loss.mu(),
                loss.lpips(),
                config.lpips().minAlphaBar(),
                loss.metric(),
                config.metric().minAlphaBar(),
                new LossWeights.Bound(boundOnly ? 1 : loss.vlb(), boundOnly));
    }

    /** The metric function among the losses; empty where its weight is 0. */
    public static Optional<LpipsSpec> lpips(CasdmConfig config) {
        if (config.loss().lpips() == 0) {
            return Optional.empty();
        }
        var trunk = switch (config.lpips().trunk()) {
            case VGG -> Trunk.VGG;
            case ALEX -> Trunk.ALEX;
            case SQUEEZE -> Trunk.SQUEEZE;
        };
        var resize = switch (config.lpips().resize()) {
            case TO_224 -> LpipsSpec.Resize.TO_224;
            case NONE -> LpipsSpec.Resize.NONE;
        };
        return Optional.of(new LpipsSpec(trunk, resize));
    }

    private static UNetSpec network(CasdmConfig config, CasdmConfig.Network network, int inputs, int outputs) {
        var attention = network.attentionResolutions().stream()
                .map(size -> config.data().size() / size)
                .toList();
        return new UNetSpec(
                inputs,
                outputs,
                network.channels(),
                network.channelMult(),
                network.resBlocks(),
                attention,
                network.heads(),
                network.numHeadChannels().orElse(0),
                network.resblockUpdown(),
                network.scaleShiftNorm(),
                network.dropout(),
                config.model().classes() + (config.model().nullLabel().isPresent() ? 1 : 0));
    }

    private static NoiseSchedule schedule(CasdmConfig.Diffusion diffusion) {
        return switch (diffusion.schedule()) {
            case LINEAR -> NoiseSchedule.linear(diffusion.steps());
            case COSINE -> NoiseSchedule.cosine(diffusion.steps());
        };
    }
}
