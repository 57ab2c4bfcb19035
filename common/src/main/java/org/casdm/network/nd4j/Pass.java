package org.casdm.network.nd4j;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What all modules share while the network runs once. */
final class Pass {

    final Arena arena;
    final Kernels kernels;
    final LayerClock clock;
    /** Whether {@code backward} will follow. */
    public final boolean training;
    /** SiLU of the time (and class) embedding, [images, embedding channels]. */
    final INDArray embedding;
    /** Sum of the gradients with respect to {@link #embedding}; null outside training. */
    final INDArray embeddingGradient;
    /** What the choice of dropped values depends on; each module adds its own number. */
    final long dropoutKey;

    Pass(
            Arena arena,
            Kernels kernels,
            LayerClock clock,
            boolean training,
            INDArray embedding,
            INDArray embeddingGradient,
            long dropoutKey) {
        this.arena = arena;
        this.kernels = kernels;
        this.clock = clock;
        this.training = training;
        this.embedding = embedding;
        this.embeddingGradient = embeddingGradient;
        this.dropoutKey = dropoutKey;
    }
}
