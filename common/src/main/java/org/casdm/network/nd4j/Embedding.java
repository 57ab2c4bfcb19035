package org.casdm.network.nd4j;

import org.casdm.network.TimestepEmbedding;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The embedding of timestep and class that every residual block takes in. */
final class Embedding {

    private final UNetSpec spec;
    private final Linear first;
    private final Linear second;
    private final INDArray labelTable;
    private final INDArray labelTableGradient;

    private INDArray sinusoids;
    private INDArray hidden;
    private INDArray hiddenActivated;
    private INDArray embedding;
    private int[] labels;

    Embedding(UNetSpec spec, Weights weights) {
        this.spec = spec;
        first = new Linear(weights, "time_embed.0");
        second = new Linear(weights, "time_embed.2");
        labelTable = spec.classes() > 0 ? weights.value("label_emb.weight") : null;
        labelTableGradient = spec.classes() > 0 ? weights.gradient("label_emb.weight") : null;
    }

    /**
     * SiLU of the embedding, as every residual block needs it.
     *
     * @param timesteps [images, 1]
     * @param classLabels [images, 1], null for a network without classes
     */
    INDArray forward(INDArray timesteps, INDArray classLabels, Arena arena, Kernels kernels, boolean training) {
        if (spec.classes() > 0 && classLabels == null) {
            throw new IllegalArgumentException("This network has " + spec.classes() + " classes: give class labels");
        }
        long images = timesteps.length();
        sinusoids = arena.take(images, spec.channels());
        sinusoids.assign(Nd4j.createFromArray(TimestepEmbedding.of(timesteps.toDoubleVector(), spec.channels()))
                .castTo(arena.dataType())
                .reshape(images, spec.channels()));
        hidden = arena.take(images, spec.embeddingChannels());
        first.forward(sinusoids, hidden, kernels, training);
        hiddenActivated = arena.take(images, spec.embeddingChannels());
        kernels.silu(hidden, hiddenActivated);
        embedding = arena.take(images, spec.embeddingChannels());
        second.forward(hiddenActivated, embedding, kernels, training);
        if (labelTable != null) {
            labels = classLabels.toIntVector();
            for (int image = 0; image < labels.length; image++) {
                if (labels[image] < 0 || labels[image] >= spec.classes()) {
                    throw new IllegalArgumentException(
                            "Class label " + labels[image] + " is not in 0.." + (spec.classes() - 1));
                }
                row(embedding, image).addi(row(labelTable, labels[image]));
            }
        }
        var activated = arena.take(embedding.shape());
        kernels.silu(embedding, activated);
        if (!training) {
            release(arena);
        }
        return activated;
    }

    /** Writes the parameters' gradients from that of {@link #forward}'s result, which is overwritten. */
    void backward(INDArray gradient, Arena arena, Kernels kernels) {
        kernels.siluBackward(embedding, gradient);
        if (labelTable != null) {
            labelTableGradient.assign(0);
            for (int image = 0; image < labels.length; image++) {
                row(labelTableGradient, labels[image]).addi(row(gradient, image));
            }
        }
        var hiddenGradient = arena.take(hidden.shape());
        second.backward(hiddenActivated, gradient, hiddenGradient, false, kernels);
        kernels.siluBackward(hidden, hiddenGradient);
        first.backward(sinusoids, hiddenGradient, null, false, kernels);
        arena.release(hiddenGradient);
        release(arena);
    }

    /** Additions and multiplications of a forward pass. */
    long operations(long images) {
        return first.operations(images) + second.operations(images);
    }

    private void release(Arena arena) {
        for (var array : new INDArray[] {sinusoids, hidden, hiddenActivated, embedding}) {
            arena.release(array);
        }
        sinusoids = null;
        hidden = null;
        hiddenActivated = null;
        embedding = null;
    }

    private static INDArray row(INDArray matrix, int index) {
        // Not matrix.get(point, all): where the matrix begins in its memory before its own length, ND4J 1.0.0-M2.1
        // takes
        // rows that end beyond it for empty.
        return matrix.getRow(index);
    }
}
