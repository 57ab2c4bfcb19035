package org.casdm.network;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What a U-Net is made of: widths, blocks and how they follow each other, apart from the code that computes it.
 *
 * <p>The network is the one of improved-diffusion ({@code unet.py}, {@code UNetModel}): residual blocks with group
 * normalisation (32 groups), SiLU and a time embedding; attention at chosen downsampling factors; strided convolutions
 * down, nearest neighbour and convolution up; skip connections by concatenation. With {@code headChannels} and {@code
 * residualResampling} it is guided-diffusion's (Dhariwal and Nichol 2021, arXiv 2105.05233).
 *
 * @param inputChannels channels of the input, 3 for pictures
 * @param outputChannels channels of the output
 * @param channels base width, a multiple of 32
 * @param channelMultipliers width of each resolution level as a multiple of {@code channels}; every width is a multiple
 *        of 32
 * @param residualBlocks residual blocks in each level of the descending half (one more in the ascending half)
 * @param attentionDownsampling downsampling factors (1, 2, 4, ...) at which blocks are followed by attention
 * @param heads attention heads, where {@code headChannels} is 0
 * @param headChannels width of an attention head, from which the number of heads follows; 0: {@code heads} says it
 * @param residualResampling whether resolution is halved and doubled within residual blocks (mean of four, nearest
 *        neighbour) rather than by convolutions: guided-diffusion's {@code resblock_updown}
 * @param scaleShiftNorm true: the time embedding scales and shifts the second normalisation; false: it is added
 * @param dropout probability of dropping a value before the second convolution of a residual block, in [0, 1)
 * @param classes number of class labels, 0 for an unconditional network
 */
public record UNetSpec(
        int inputChannels,
        int outputChannels,
        int channels,
        List<Double> channelMultipliers,
        int residualBlocks,
        List<Integer> attentionDownsampling,
        int heads,
        int headChannels,
        boolean residualResampling,
        boolean scaleShiftNorm,
        double dropout,
        int classes)
        implements Serializable {

    /** Groups of every group normalisation. */
    public static final int NORM_GROUPS = 32;

    public UNetSpec {
        channelMultipliers = List.copyOf(channelMultipliers);
        attentionDownsampling = List.copyOf(attentionDownsampling);
        require(inputChannels > 0 && outputChannels > 0, "input and output channels must be positive");
        require(channels > 0 && channels % NORM_GROUPS == 0, "channels must be a multiple of 32, not " + channels);
        require(
                !channelMultipliers.isEmpty() && channelMultipliers.stream().allMatch(m -> m > 0),
                "channel multipliers must be positive, not " + channelMultipliers);
        for (double multiplier : channelMultipliers) {
            require(
                    channels * multiplier % NORM_GROUPS == 0,
                    "every width must be a multiple of 32, not so " + channels * multiplier);
        }
        require(residualBlocks > 0, "residual blocks must be positive");
        require(heads > 0, "heads must be positive");
        require(dropout >= 0 && dropout < 1, "dropout must be in [0, 1), not " + dropout);
        require(classes >= 0, "classes must not be negative");
        require(headChannels >= 0, "the width of a head must not be negative");
        for (int level = 0; level < channelMultipliers.size(); level++) {
            int width = (int) (channels * channelMultipliers.get(level));
            boolean attends = attentionDownsampling.contains(1 << level) || level == channelMultipliers.size() - 1;
            if (headChannels == 0) {
                require(width % heads == 0, "heads (" + heads + ") must divide every width, not so " + width);
            } else if (attends) {
                require(
                        width % headChannels == 0,
                        "the width of a head (" + headChannels + ") must divide every width that attends, not so "
                                + width);
            }
        }
    }

    /** A network of improved-diffusion. */
    public UNetSpec(
            int inputChannels,
            int outputChannels,
            int channels,
            List<Integer> channelMultipliers,
            int residualBlocks,
            List<Integer> attentionDownsampling,
            int heads,
            boolean scaleShiftNorm,
            double dropout,
            int classes) {
        this(
                inputChannels,
                outputChannels,
                channels,
                channelMultipliers.stream().map(Integer::doubleValue).toList(),
                residualBlocks,
                attentionDownsampling,
                heads,
                0,
                false,
                scaleShiftNorm,
                dropout,
                classes);
    }

    /** The width of a resolution level, from 0. */
    public int width(int level) {
        return (int) (channels * channelMultipliers.get(level));
    }

    /** The attention heads of a layer of a width. */
    public int heads(int width) {
        return headChannels == 0 ? heads : width / headChannels;
    }

    /** The width of the time embedding: four times the base width. */
    public int embeddingChannels() {
        return 4 * channels;
    }

    /** The factor by which the deepest level is smaller than the input; the input's sides must be multiples of it. */
    public int downsampling() {
        return 1 << channelMultipliers.size() - 1;
    }

    /** The same network with other input and output channels. */
    public UNetSpec withChannels(int newInputChannels, int newOutputChannels) {
        return new UNetSpec(
                newInputChannels,
                newOutputChannels,
                channels,
                channelMultipliers,
                residualBlocks,
                attentionDownsampling,
                heads,
                headChannels,
                residualResampling,
                scaleShiftNorm,
                dropout,
                classes);
    }

    /**
     * What the network is, as checkpoints note it: of two networks with the same text the parameters of one fit the
     * other. What guided-diffusion added is written only where it is used.
     */
    @Override
    public String toString() {
        var multipliers = channelMultipliers.stream()
                .map(multiplier ->
                        multiplier % 1 == 0 ? Integer.toString(multiplier.intValue()) : multiplier.toString())
                .collect(Collectors.joining(", ", "[", "]"));
        return "UNetSpec[inputChannels=" + inputChannels + ", outputChannels=" + outputChannels + ", channels="
                + channels + ", channelMultipliers=" + multipliers + ", residualBlocks=" + residualBlocks
                + ", attentionDownsampling=" + attentionDownsampling + ", heads=" + heads + ", scaleShiftNorm="
                + scaleShiftNorm + ", dropout=" + dropout + ", classes=" + classes
                + (headChannels > 0 ? ", headChannels=" + headChannels : "")
                + (residualResampling ? ", residualResampling=true" : "") + "]";
    }

    /** What a residual block does to the resolution. */
    public enum Resampling {
        /** Nothing. */
        NONE,
        /** Halves it by means of four, before its first convolution and on the way past it. */
        HALVE,
        /** Doubles it by nearest neighbours, in the same places. */
        DOUBLE
    }

    /** One layer of a stage; its name prefixes the names of its parameters. */
    public sealed interface Layer extends Serializable {
        /** The name in improved-diffusion's module tree, for example {@code input_blocks.1.0}. */
        String name();

        /** A convolution with padding that keeps the size ({@code kernel} 3 or 1). */
        record Convolution(String name, int inputChannels, int outputChannels, int kernel) implements Layer {}

        /**
         * Normalise, SiLU, convolve, take in the time embedding, normalise, SiLU, convolve, add the input. One that
         * resamples keeps the number of channels.
         */
        record Residual(String name, int inputChannels, int outputChannels, Resampling resampling) implements Layer {
            public Residual {
                require(
                        resampling == Resampling.NONE || inputChannels == outputChannels,
                        "a block that resamples keeps its width");
            }
        }

        /** Multi-head self-attention over all positions, added to its input. */
        record Attention(String name, int channels, int heads) implements Layer {}

        /** A convolution with stride 2. */
        record Downsample(String name, int channels) implements Layer {}

        /** Nearest-neighbour doubling, then a convolution. */
        record Upsample(String name, int channels) implements Layer {}
    }

    /**
     * Layers applied one after the other: an element of {@code input_blocks}, {@code middle_block} or
     * {@code output_blocks}.
     *
     * @param skipChannels channels of the stored activation that is appended to the stage's input, 0 for none
     * @param layers the layers in order
     */
    public record Stage(int skipChannels, List<Layer> layers) implements Serializable {
        public Stage {
            layers = List.copyOf(layers);
        }
    }

    /**
     * All stages.
     *
     * @param descending the stages whose outputs are stored, in order
     * @param middle the stage in the middle
     * @param ascending the stages that take the stored outputs back, last stored first
     * @param finalChannels channels of the last stage's output, which go through normalisation, SiLU and a convolution
     */
    public record Stages(List<Stage> descending, Stage middle, List<Stage> ascending, int finalChannels)
            implements Serializable {
        public Stages {
            descending = List.copyOf(descending);
            ascending = List.copyOf(ascending);
        }
    }

    /** The stages of the described network, with improved-diffusion's names. */
    public Stages stages() {
        var descending = new ArrayList<Stage>();
        var storedChannels = new ArrayList<Integer>();
        int width = width(0);
        descending.add(new Stage(0, List.of(new Layer.Convolution("input_blocks.0.0", inputChannels, width, 3))));
        storedChannels.add(width);
        int downsampling = 1;
        int levels = channelMultipliers.size();
        for (int level = 0; level < levels; level++) {
            int levelWidth = width(level);
            for (int block = 0; block < residualBlocks; block++) {
                String name = "input_blocks." + descending.size() + ".";
                var layers = new ArrayList<Layer>();
                layers.add(new Layer.Residual(name + 0, width, levelWidth, Resampling.NONE));
                width = levelWidth;
                if (attentionDownsampling.contains(downsampling)) {
                    layers.add(new Layer.Attention(name + 1, width, heads(width)));
                }
                descending.add(new Stage(0, layers));
                storedChannels.add(width);
            }
            if (level < levels - 1) {
                String name = "input_blocks." + descending.size() + ".0";
                descending.add(new Stage(
                        0,
                        List.of(
                                residualResampling
                                        ? new Layer.Residual(name, width, width, Resampling.HALVE)
                                        : new Layer.Downsample(name, width))));
                storedChannels.add(width);
                downsampling *= 2;
            }
        }
        var middle = new Stage(
                0,
                List.of(
                        new Layer.Residual("middle_block.0", width, width, Resampling.NONE),
                        new Layer.Attention("middle_block.1", width, heads(width)),
                        new Layer.Residual("middle_block.2", width, width, Resampling.NONE)));
        var ascending = new ArrayList<Stage>();
        for (int level = levels - 1; level >= 0; level--) {
            int levelWidth = width(level);
            for (int block = 0; block <= residualBlocks; block++) {
                String name = "output_blocks." + ascending.size() + ".";
                int skip = storedChannels.remove(storedChannels.size() - 1);
                var layers = new ArrayList<Layer>();
                layers.add(new Layer.Residual(name + 0, width + skip, levelWidth, Resampling.NONE));
                width = levelWidth;
                if (attentionDownsampling.contains(downsampling)) {
                    layers.add(new Layer.Attention(name + layers.size(), width, heads(width)));
                }
                if (level > 0 && block == residualBlocks) {
                    layers.add(
                            residualResampling
                                    ? new Layer.Residual(name + layers.size(), width, width, Resampling.DOUBLE)
                                    : new Layer.Upsample(name + layers.size(), width));
                    downsampling /= 2;
                }
                ascending.add(new Stage(skip, layers));
            }
        }
        return new Stages(descending, middle, ascending, width);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("U-Net: " + Objects.requireNonNull(message));
        }
    }
}
