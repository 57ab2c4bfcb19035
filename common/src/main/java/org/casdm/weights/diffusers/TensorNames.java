package org.casdm.weights.diffusers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.casdm.network.Parameter;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.network.UNetSpec.Layer;
import org.casdm.network.UNetSpec.Stage;

/**
 * What diffusers' {@code UNet2DModel} calls the tensors of a U-Net, and in which parts it has them: the joint projection of
 * an attention, in which improved-diffusion has query, key and value head by head, is three matrices there.
 */
final class TensorNames {

    private static final Map<String, String> RESIDUAL = Map.of(
            "in_layers.0", "norm1",
            "in_layers.2", "conv1",
            "emb_layers.1", "time_emb_proj",
            "out_layers.0", "norm2",
            "out_layers.3", "conv2",
            "skip_connection", "conv_shortcut");
    private static final String JOINT_PROJECTION = ".qkv.";
    private static final List<String> PROJECTIONS = List.of("to_q", "to_k", "to_v");

    private final UNetSpec spec;
    private final UNetParameters parameters;
    /** Modules of improved-diffusion by theirs. */
    private final Map<String, String> modules = new LinkedHashMap<>();

    /**
     * One of diffusers' tensors.
     *
     * @param name in its file
     * @param shape in its file
     * @param source the parameter that holds it
     * @param projection 0, 1, 2 for the query, key, value of a joint projection; -1 for a whole parameter
     */
    record Piece(String name, long[] shape, Parameter source, int projection) {}

    TensorNames(UNetSpec spec) {
        this.spec = spec;
        parameters = UNetParameters.of(spec);
        modules.put("time_embed.0", "time_embedding.linear_1");
        modules.put("time_embed.2", "time_embedding.linear_2");
        modules.put("label_emb", "class_embedding");
        modules.put("out.0", "conv_norm_out");
        modules.put("out.2", "conv_out");
        var stages = spec.stages();
        blocks("down_blocks.", stages.descending(), false);
        stage("mid_block.", stages.middle(), 0);
        blocks("up_blocks.", stages.ascending(), true);
    }

    private void blocks(String prefix, List<Stage> stages, boolean ascending) {
        int block = 0;
        int residuals = 0;
        for (var stage : stages) {
            stage(prefix + block + ".", stage, residuals);
            boolean residual = stage.layers().get(0) instanceof Layer.Residual;
            residuals += residual ? 1 : 0;
            if (ascending ? residuals > spec.residualBlocks() : stage.layers().get(0) instanceof Layer.Downsample) {
                block++;
                residuals = 0;
            }
        }
    }

    /** @param residuals of the block before this stage */
    private void stage(String block, Stage stage, int residuals) {
        int residual = residuals;
        int attention = residuals;
        for (var layer : stage.layers()) {
            if (layer instanceof Layer.Convolution) {
                modules.put(layer.name(), "conv_in");
            } else if (layer instanceof Layer.Residual) {
                String theirs = block + "resnets." + residual++ + ".";
                RESIDUAL.forEach((ours, name) -> modules.put(layer.name() + "." + ours, theirs + name));
            } else if (layer instanceof Layer.Attention) {
                String theirs = block + "attentions." + attention++ + ".";
                modules.put(layer.name() + ".norm", theirs + "group_norm");
                modules.put(layer.name() + ".proj_out", theirs + "to_out.0");
                modules.put(layer.name() + ".qkv", theirs);
            } else if (layer instanceof Layer.Downsample) {
                modules.put(layer.name() + ".op", block + "downsamplers.0.conv");
            } else if (layer instanceof Layer.Upsample) {
                modules.put(layer.name() + ".conv", block + "upsamplers.0.conv");
            }
        }
    }

    /** All tensors of diffusers' network. */
    List<Piece> pieces() {
        var pieces = new ArrayList<Piece>();
        for (var parameter : parameters.all()) {
            int dot = parameter.name().lastIndexOf('.');
            String module = modules.get(parameter.name().substring(0, dot));
            String kind = parameter.name().substring(dot);
            long[] shape = parameter.fileShape();
            if (parameter.name().contains(JOINT_PROJECTION)) {
                long width = shape[0] / PROJECTIONS.size();
                for (int i = 0; i < PROJECTIONS.size(); i++) {
                    long[] part = shape.length == 1 ? new long[] {width} : new long[] {width, width};
                    pieces.add(new Piece(module + PROJECTIONS.get(i) + kind, part, parameter, i));
                }
            } else {
                // A kernel of 1 over positions is a matrix there.
                pieces.add(new Piece(
                        module + kind, shape.length == 3 ? new long[] {shape[0], shape[1]} : shape, parameter, -1));
            }
        }
        return pieces;
    }

    /** A piece's values out of its parameter's, both in files' layouts. */
    float[] take(Piece piece, float[] parameter) {
        if (piece.projection() < 0) {
            return parameter.clone();
        }
        var values = new float[parameter.length / PROJECTIONS.size()];
        rows(piece, values.length, (ours, theirs, count) -> System.arraycopy(parameter, ours, values, theirs, count));
        return values;
    }

    /** The reverse: puts a piece's values where they belong in its parameter's. */
    void put(Piece piece, float[] values, float[] parameter) {
        if (piece.projection() < 0) {
            System.arraycopy(values, 0, parameter, 0, values.length);
        } else {
            rows(
                    piece,
                    values.length,
                    (ours, theirs, count) -> System.arraycopy(values, theirs, parameter, ours, count));
        }
    }

    private interface Rows {
        void copy(int ours, int theirs, int count);
    }

    /** A head's rows of one projection are together in both. */
    private void rows(Piece piece, int length, Rows rows) {
        int head = length / spec.heads();
        for (int i = 0; i < spec.heads(); i++) {
            rows.copy((PROJECTIONS.size() * i + piece.projection()) * head, i * head, head);
        }
    }
}
