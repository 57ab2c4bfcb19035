package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.TimestepEmbedding;
import org.casdm.network.UNetSpec;

/** The embedding of timestep and class that every residual block takes in. */
final class Embedding {

    private final UNetSpec spec;
    private final Target target;
    private final Weights weights;

    Embedding(Weights weights, UNetSpec spec, Target target) {
        this.spec = spec;
        this.target = target;
        this.weights = weights;
    }

    /**
     * SiLU of the embedding, as every residual block needs it.
     *
     * @param timesteps of each image
     * @param labels class of each image; null for a network without classes
     */
    Tensor forward(double[] timesteps, int[] labels, Pass pass) {
        var sinusoids = target.forProduct(target.upload(
                floats(TimestepEmbedding.of(timesteps, spec.channels())), 0, timesteps.length, spec.channels()));
        return spec.classes() > 0
                ? pass.run(this::activated, sinusoids, target.upload(checked(labels), 0, labels.length))
                : pass.run(this::activated, sinusoids);
    }

    private Tensor activated(Tensor... inputs) {
        var embedding = linear(torch.silu(linear(inputs[0], "time_embed.0")), "time_embed.2");
        return torch.silu(
                inputs.length > 1
                        ? embedding.add(torch.embedding(weights.product("label_emb.weight"), inputs[1]))
                        : embedding);
    }

    private static float[] floats(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private Tensor linear(Tensor input, String name) {
        return Tensors.linear(input, weights.product(name + ".weight"), weights.product(name + ".bias"));
    }

    private int[] checked(int[] labels) {
        if (labels == null) {
            throw new IllegalArgumentException("This network has " + spec.classes() + " classes: give class labels");
        }
        for (int label : labels) {
            if (label < 0 || label >= spec.classes()) {
                throw new IllegalArgumentException("Class label " + label + " is not in 0.." + (spec.classes() - 1));
            }
        }
        return labels;
    }
}
