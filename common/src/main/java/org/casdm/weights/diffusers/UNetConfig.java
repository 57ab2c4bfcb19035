package org.casdm.weights.diffusers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.casdm.network.UNetSpec;

/** The {@code config.json} of diffusers' {@code UNet2DModel}, and what of it this program's U-Nets share. */
final class UNetConfig {

    static final String CLASS = "UNet2DModel";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ATTENTION = "Attn";
    private static final double NORM_EPSILON = 1e-5;

    private UNetConfig() {}

    /** Why UNet2DModel cannot be such a network; empty if it can. */
    static List<String> obstacles(UNetSpec spec) {
        var obstacles = new ArrayList<String>();
        if (spec.channelMultipliers().get(0) != 1) {
            obstacles.add("UNet2DModel's first level has the width that its time embedding follows: channel-mult has to"
                    + " begin with 1, not " + spec.channelMultipliers().get(0));
        }
        if (spec.residualResampling()) {
            obstacles.add("this program does not write residual blocks that halve and double the resolution"
                    + " (resblock-updown = true)");
        }
        var widths = new TreeSet<Integer>();
        int levels = spec.channelMultipliers().size();
        for (int level = 0; level < levels; level++) {
            if (level == levels - 1 || spec.attentionDownsampling().contains(1 << level)) {
                widths.add(spec.width(level));
            }
        }
        // With one head its width may be left open: that of the level.
        if (widths.size() > 1 && spec.heads() > 1 && spec.headChannels() == 0) {
            obstacles.add(
                    "UNet2DModel has heads of one width in all its attentions, and not a number of heads (heads = "
                            + spec.heads() + "): the levels that attend, and the middle, need one width, not "
                            + widths);
        }
        return obstacles;
    }

    /** The configuration of a network without obstacles. */
    static ObjectNode write(UNetSpec spec, int size) {
        int levels = spec.channelMultipliers().size();
        var config = JSON.createObjectNode();
        config.put("_class_name", CLASS);
        config.put("sample_size", size);
        config.put("in_channels", spec.inputChannels());
        config.put("out_channels", spec.outputChannels());
        config.put("center_input_sample", false);
        config.put("time_embedding_type", "positional");
        config.put("freq_shift", 0);
        config.put("flip_sin_to_cos", true);
        var down = config.putArray("down_block_types");
        var up = config.putArray("up_block_types");
        var widths = config.putArray("block_out_channels");
        for (int level = 0; level < levels; level++) {
            down.add(attends(spec, level) ? "AttnDownBlock2D" : "DownBlock2D");
            up.add(attends(spec, levels - 1 - level) ? "AttnUpBlock2D" : "UpBlock2D");
            widths.add(spec.width(level));
        }
        config.put("layers_per_block", spec.residualBlocks());
        config.put("mid_block_scale_factor", 1);
        config.put("downsample_padding", 1);
        config.put("downsample_type", "conv");
        config.put("upsample_type", "conv");
        config.put("dropout", spec.dropout());
        config.put("act_fn", "silu");
        int deepest = spec.width(levels - 1);
        if (spec.heads(deepest) > 1 || spec.headChannels() > 0) {
            config.put("attention_head_dim", deepest / spec.heads(deepest));
        } else {
            config.putNull("attention_head_dim");
        }
        config.put("norm_num_groups", UNetSpec.NORM_GROUPS);
        // Without it the attention in the middle has no normalisation where time embeddings scale and shift.
        config.put("attn_norm_num_groups", UNetSpec.NORM_GROUPS);
        config.put("norm_eps", NORM_EPSILON);
        config.put("resnet_time_scale_shift", spec.scaleShiftNorm() ? "scale_shift" : "default");
        config.putNull("class_embed_type");
        if (spec.classes() > 0) {
            config.put("num_class_embeds", spec.classes());
        } else {
            config.putNull("num_class_embeds");
        }
        config.put("add_attention", true);
        return config;
    }

    private static boolean attends(UNetSpec spec, int level) {
        return spec.attentionDownsampling().contains(1 << level);
    }

    /**
     * The network that a configuration describes.
     *
     * @throws IllegalArgumentException listing what this program's U-Nets do not have
     */
    static UNetSpec read(JsonNode config) {
        var problems = new ArrayList<String>();
        expect(config, "_class_name", CLASS, CLASS, problems);
        expect(config, "center_input_sample", "false", "false", problems);
        expect(config, "time_embedding_type", "positional", "positional", problems);
        expect(config, "freq_shift", "0", "0", problems);
        expect(config, "flip_sin_to_cos", "true", "true", problems);
        expect(config, "mid_block_type", "UNetMidBlock2D", "UNetMidBlock2D", problems);
        expectNumber(config, "mid_block_scale_factor", 1, problems);
        expectNumber(config, "downsample_padding", 1, problems);
        expect(config, "downsample_type", "conv", "conv", problems);
        expect(config, "upsample_type", "conv", "conv", problems);
        expect(config, "act_fn", "silu", "silu", problems);
        expectNumber(config, "norm_num_groups", UNetSpec.NORM_GROUPS, problems);
        expectNumber(config, "norm_eps", NORM_EPSILON, problems);
        expect(config, "class_embed_type", "null", "null", problems);
        boolean scaleShift =
                config.path("resnet_time_scale_shift").asText("default").equals("scale_shift");
        if (scaleShift || config.hasNonNull("attn_norm_num_groups")) {
            expect(config, "attn_norm_num_groups", Integer.toString(UNetSpec.NORM_GROUPS), "null", problems);
        }
        expect(config, "add_attention", "true", "true", problems);
        var widths = numbers(config, "block_out_channels", problems);
        var attention = attention(config, widths.size(), problems);
        int deepest = widths.isEmpty() ? 0 : widths.get(widths.size() - 1);
        int headWidth = number(config, "attention_head_dim", 8, problems).orElse(Math.max(1, deepest));
        if (deepest > 0 && (headWidth < 1 || deepest % headWidth != 0)) {
            problems.add("attention_head_dim = " + headWidth + " does not divide " + deepest);
        }
        if (!widths.isEmpty() && widths.stream().anyMatch(width -> width % widths.get(0) != 0)) {
            problems.add("block_out_channels = " + widths + " are not multiples of the first");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        var spec = new UNetSpec(
                number(config, "in_channels", 3, problems).orElseThrow(),
                number(config, "out_channels", 3, problems).orElseThrow(),
                widths.get(0),
                widths.stream().map(width -> width / widths.get(0)).toList(),
                number(config, "layers_per_block", 2, problems).orElseThrow(),
                attention,
                deepest / headWidth,
                scaleShift,
                config.path("dropout").asDouble(0),
                config.path("num_class_embeds").asInt(0));
        problems.addAll(obstacles(spec));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return spec;
    }

    private static void expect(JsonNode config, String key, String expected, String byDefault, List<String> problems) {
        String value = config.has(key) ? config.get(key).asText() : byDefault;
        if (!value.equals(expected)) {
            problems.add(key + " = " + value + ", not " + expected);
        }
    }

    private static void expectNumber(JsonNode config, String key, double expected, List<String> problems) {
        if (config.has(key) && config.get(key).asDouble(Double.NaN) != expected) {
            problems.add(key + " = " + config.get(key) + ", not " + expected);
        }
    }

    /** Missing: the default; empty for null. */
    private static Optional<Integer> number(JsonNode config, String key, int byDefault, List<String> problems) {
        if (!config.has(key)) {
            return Optional.of(byDefault);
        }
        if (config.get(key).isNull()) {
            return Optional.empty();
        }
        if (!config.get(key).canConvertToInt()) {
            problems.add(key + " = " + config.get(key) + " is not a whole number");
            return Optional.of(byDefault);
        }
        return Optional.of(config.get(key).asInt());
    }

    private static List<Integer> numbers(JsonNode config, String key, List<String> problems) {
        var numbers = new ArrayList<Integer>();
        if (config.get(key) instanceof ArrayNode array) {
            array.forEach(number -> numbers.add(number.asInt()));
        }
        if (numbers.isEmpty() || numbers.stream().anyMatch(width -> width < 1 || width % UNetSpec.NORM_GROUPS != 0)) {
            problems.add(key + " = " + config.path(key) + " are not multiples of " + UNetSpec.NORM_GROUPS);
            return List.of();
        }
        return numbers;
    }

    /** The downsampling of the levels that attend, which have to be the same down and up. */
    private static List<Integer> attention(JsonNode config, int levels, List<String> problems) {
        var down = kinds(config, "down_block_types", "DownBlock2D", problems);
        var up = kinds(config, "up_block_types", "UpBlock2D", problems);
        if (down.size() != levels || up.size() != levels) {
            problems.add("block_out_channels has " + levels + " levels, down_block_types " + down.size()
                    + ", up_block_types " + up.size());
            return List.of();
        }
        for (int level = 0; level < levels; level++) {
            if (!down.get(level).equals(up.get(levels - 1 - level))) {
                problems.add("level " + level + " attends on the way down or on the way up only");
            }
        }
        return IntStream.range(0, levels)
                .filter(down::get)
                .mapToObj(level -> 1 << level)
                .toList();
    }

    private static List<Boolean> kinds(JsonNode config, String key, String plain, List<String> problems) {
        var kinds = new ArrayList<Boolean>();
        config.path(key).forEach(type -> {
            if (!type.asText().equals(plain) && !type.asText().equals(ATTENTION + plain)) {
                problems.add(key + " has " + type.asText() + ", not " + plain + " or " + ATTENTION + plain);
            }
            kinds.add(type.asText().startsWith(ATTENTION));
        });
        return kinds;
    }
}
