package org.casdm.network;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.casdm.network.Parameter.Initialisation;
import org.casdm.network.Parameter.Kind;
import org.casdm.network.UNetSpec.Layer;
import org.casdm.network.UNetSpec.Stage;

/**
 * The parameters of a U-Net in improved-diffusion's order, and their places in one flat vector.
 */
public final class UNetParameters implements Serializable {

    private static final long serialVersionUID = 1;

    private final LinkedHashMap<String, Parameter> byName = new LinkedHashMap<>();
    private long length;

    private UNetParameters() {}

    /** Lays out the parameters of a network. */
    public static UNetParameters of(UNetSpec spec) {
        var parameters = new UNetParameters();
        int embedding = spec.embeddingChannels();
        parameters.matrix("time_embed.0", spec.channels(), embedding, 0, false);
        parameters.matrix("time_embed.2", embedding, embedding, 0, false);
        if (spec.classes() > 0) {
            parameters.add(
                    "label_emb.weight",
                    Kind.EMBEDDING,
                    new long[] {spec.classes(), embedding},
                    new Initialisation.Normal());
        }
        var stages = spec.stages();
        for (Stage stage : stages.descending()) {
            parameters.stage(spec, stage);
        }
        parameters.stage(spec, stages.middle());
        for (Stage stage : stages.ascending()) {
            parameters.stage(spec, stage);
        }
        parameters.norm("out.0", stages.finalChannels());
        parameters.convolution("out.2", stages.finalChannels(), spec.outputChannels(), true);
        return parameters;
    }

    /** All parameters in order. */
    public List<Parameter> all() {
        return new ArrayList<>(byName.values());
    }

    /** All parameters by name, in order. */
    public Map<String, Parameter> byName() {
        return Collections.unmodifiableMap(byName);
    }

    /** The parameter of this name. */
    public Parameter get(String name) {
        var parameter = byName.get(name);
        if (parameter == null) {
            throw new NoSuchElementException("No parameter " + name + " in this U-Net");
        }
        return parameter;
    }

    /** Number of elements of all parameters together. */
    public long length() {
        return length;
    }

    /**
     * Fills a flat vector as a fresh PyTorch network of improved-diffusion is filled: uniform within 1/√fan-in for
     * convolutions and linear maps, 1 and 0 for norms, and zero for the last convolution of every residual block, the
     * projection of every attention and the output convolution.
     *
     * @param seed the same seed gives the same values on every machine
     * @return values in memory's layout
     */
    public float[] initialise(long seed) {
        var values = new float[Math.toIntExact(length)];
        for (var parameter : byName.values()) {
            int start = Math.toIntExact(parameter.offset());
            int end = Math.toIntExact(start + parameter.length());
            // One generator for each name: a parameter's start does not depend on the others.
            var random = new SplittableRandom(
                    seed * 0x9E3779B97F4A7C15L + parameter.name().hashCode());
            parameter.initialisation().fill(values, start, end, random);
        }
        return values;
    }

    private void stage(UNetSpec spec, Stage stage) {
        for (Layer layer : stage.layers()) {
            String name = layer.name();
            if (layer instanceof Layer.Convolution convolution) {
                convolution(name, convolution.inputChannels(), convolution.outputChannels(), false);
            } else if (layer instanceof Layer.Residual residual) {
                int inputs = residual.inputChannels();
                int outputs = residual.outputChannels();
                norm(name + ".in_layers.0", inputs);
                convolution(name + ".in_layers.2", inputs, outputs, false);
                matrix(
                        name + ".emb_layers.1",
                        spec.embeddingChannels(),
                        spec.scaleShiftNorm() ? 2 * outputs : outputs,
                        0,
                        false);
                norm(name + ".out_layers.0", outputs);
                convolution(name + ".out_layers.3", outputs, outputs, true);
                if (inputs != outputs) {
                    matrix(name + ".skip_connection", inputs, outputs, 2, false);
                }
            } else if (layer instanceof Layer.Attention attention) {
                norm(name + ".norm", attention.channels());
                matrix(name + ".qkv", attention.channels(), 3 * attention.channels(), 1, false);
                matrix(name + ".proj_out", attention.channels(), attention.channels(), 1, true);
            } else if (layer instanceof Layer.Downsample downsample) {
                convolution(name + ".op", downsample.channels(), downsample.channels(), false);
            } else if (layer instanceof Layer.Upsample upsample) {
                convolution(name + ".conv", upsample.channels(), upsample.channels(), false);
            }
        }
    }

    private void norm(String name, int channels) {
        add(name + ".weight", Kind.VECTOR, new long[] {channels}, new Initialisation.Constant(1));
        add(name + ".bias", Kind.VECTOR, new long[] {channels}, new Initialisation.Constant(0));
    }

    private void convolution(String name, int inputs, int outputs, boolean zero) {
        weightAndBias(name, Kind.CONVOLUTION, new long[] {outputs, inputs, 3, 3}, 9 * inputs, zero);
    }

    private void matrix(String name, int inputs, int outputs, int trailingOnes, boolean zero) {
        var shape = new long[2 + trailingOnes];
        Arrays.fill(shape, 1);
        shape[0] = outputs;
        shape[1] = inputs;
        weightAndBias(name, Kind.MATRIX, shape, inputs, zero);
    }

    private void weightAndBias(String name, Kind kind, long[] shape, int fanIn, boolean zero) {
        Initialisation initialisation =
                zero ? new Initialisation.Constant(0) : new Initialisation.Uniform(1 / Math.sqrt(fanIn));
        add(name + ".weight", kind, shape, initialisation);
        add(name + ".bias", Kind.VECTOR, new long[] {shape[0]}, initialisation);
    }

    private void add(String name, Kind kind, long[] shape, Initialisation initialisation) {
        var parameter = new Parameter(name, kind, shape, length, initialisation);
        byName.put(name, parameter);
        length += parameter.length();
    }
}
