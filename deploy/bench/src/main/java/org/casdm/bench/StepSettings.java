package org.casdm.bench;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.Trunk;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;

/**
 * The training step that is measured: {@code cas-dm} with two networks of the same form, 1000 timesteps, AdamW and an
 * EMA, on random pictures.
 *
 * @param size           side of the pictures
 * @param channels       base width
 * @param residualBlocks in each level
 * @param heads          of attention
 * @param multipliers    width of each level
 * @param attention      downsampling factors with attention
 * @param batch          pictures a step
 * @param threads        of arithmetic
 * @param steps          that are timed, after two that are not
 * @param metric         whether LPIPS is among the losses (VGG-16, random weights)
 * @param variant        of the networks
 */
public record StepSettings(
        int size,
        int channels,
        int residualBlocks,
        int heads,
        List<Integer> multipliers,
        List<Integer> attention,
        int batch,
        int threads,
        int steps,
        Metric metric,
        Variant variant)
        implements Serializable {

    private static final int TIMESTEPS = 1000;
    private static final int COLOURS = 3;

    /**
     * What the networks have that improved-diffusion's do not by default.
     *
     * @param headChannels       width of an attention head; 0: the number of heads is given
     * @param residualResampling as in {@link UNetSpec}
     * @param learnsVariance     of the first one
     */
    public record Variant(int headChannels, boolean residualResampling, boolean learnsVariance)
            implements Serializable {

        /** None of it. */
        public static final Variant PLAIN = new Variant(0, false, false);
    }

    /** Plain networks. */
    public StepSettings(
            int size,
            int channels,
            int residualBlocks,
            int heads,
            List<Integer> multipliers,
            List<Integer> attention,
            int batch,
            int threads,
            int steps,
            Metric metric) {
        this(
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
                Variant.PLAIN);
    }

    /** LPIPS among the losses. */
    public enum Metric {
        /** None. */
        NONE,
        /** On pictures as they are. */
        LPIPS,
        /** On pictures resized to 224 pixels. */
        LPIPS_AT_224
    }

    public StepSettings {
        if (size < 1 || batch < 1 || threads < 1 || steps < 1) {
            throw new IllegalArgumentException("size, batch, threads and steps are at least 1");
        }
        multipliers = List.copyOf(multipliers);
        attention = List.copyOf(attention);
    }

    /** The settings as the reports of benchmarks have them. */
    Map<String, Object> describe() {
        var config = new LinkedHashMap<String, Object>();
        config.put("size", size());
        config.put("channels", channels());
        config.put("res_blocks", residualBlocks());
        config.put("heads", heads());
        config.put("mult", multipliers());
        config.put("attention", attention());
        config.put("num_head_channels", variant().headChannels());
        config.put("resblock_updown", variant().residualResampling());
        config.put("learn_sigma", variant().learnsVariance());
        config.put("batch", batch());
        config.put("threads", threads());
        config.put("steps", steps());
        return config;
    }

    ModelSpec model() {
        var theta = new UNetSpec(
                COLOURS,
                variant.learnsVariance() ? 2 * COLOURS : COLOURS,
                channels,
                multipliers.stream().map(Integer::doubleValue).toList(),
                residualBlocks,
                attention,
                heads,
                variant.headChannels(),
                variant.residualResampling(),
                true,
                0,
                0);
        return new ModelSpec(
                ModelSpec.Kind.CAS_DM,
                theta,
                Optional.of(theta.withChannels(COLOURS, COLOURS + 1)),
                false,
                true,
                NoiseSchedule.linear(TIMESTEPS),
                false);
    }

    Optional<LpipsSpec> lpips() {
        return switch (metric) {
            case NONE -> Optional.empty();
            case LPIPS -> Optional.of(new LpipsSpec(Trunk.VGG, LpipsSpec.Resize.NONE));
            case LPIPS_AT_224 -> Optional.of(new LpipsSpec(Trunk.VGG, LpipsSpec.Resize.TO_224));
        };
    }

    /** Fills in parameters as a run begins with them. */
    void initialise(FloatPointer parameters) {
        long from = 0;
        for (var network : model().networks()) {
            float[] values =
                    UNetParameters.of(network.spec()).initialise(network.name().hashCode());
            parameters.getPointer(from).put(values);
            from += values.length;
        }
    }

    LossWeights weights() {
        return new LossWeights(1, 1, 1, metric == Metric.NONE ? 0 : 0.1);
    }
}
