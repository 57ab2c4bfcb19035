package org.casdm.network.nd4j;

/**
 * Is notified of what kind of layer computes, for measurements. Kinds nest: {@link #enter} ends the time of the kind before,
 * {@link #leave} takes it up again.
 */
public interface LayerClock {

    /** Does nothing. */
    LayerClock NONE = new LayerClock() {
        @Override
        public Kind enter(Kind kind) {
            return kind;
        }

        @Override
        public void leave(Kind outer, long operations) {
            // Not measured.
        }
    };

    /** What computes. */
    enum Kind {
        /** 3×3 convolutions. */
        CONVOLUTION,
        /** Group normalisation with modulation and SiLU, that of attention blocks too. */
        NORMALISATION,
        /** Attention blocks: projections, products, softmax. */
        ATTENTION,
        /** 1×1 convolutions of skip connections, and the embeddings of timesteps. */
        LINEAR,
        /** The metric function among the losses. */
        METRIC,
        /** Sums, joints, resizing, losses, DL4J. */
        REST
    }

    /**
     * A layer begins.
     *
     * @return the kind that was at work, for {@link #leave}
     */
    Kind enter(Kind kind);

    /**
     * A layer ends.
     *
     * @param outer      what {@link #enter} has returned
     * @param operations additions and multiplications of its matrix products or convolutions, 0 for others
     */
    void leave(Kind outer, long operations);
}
