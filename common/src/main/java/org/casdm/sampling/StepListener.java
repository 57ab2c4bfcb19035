package org.casdm.sampling;

import java.util.Optional;

/** Watches a sampler at work. */
@FunctionalInterface
public interface StepListener {

    /** Watches nothing. */
    StepListener NONE = state -> {};

    /**
     * What a step works with: arrays [images, height, width, channels] that are the sampler's own, valid during the
     * call only and not to be changed.
     *
     * @param step the respaced step, falling to 0
     * @param timestep of the model's schedule
     * @param xt the noisy images
     * @param x0Theta x̂_0, the estimate from θ's noise
     * @param refinement what the cascade or the dual model adds, if it is used
     * @param x0 the estimate that the step follows
     */
    record State(int step, int timestep, float[] xt, float[] x0Theta, Optional<Refinement> refinement, float[] x0) {}

    /**
     * The second estimate.
     *
     * @param x0 x_0^φ
     * @param weight r, its share in the blend, [images, height, width, 1]
     */
    record Refinement(float[] x0, float[] weight) {}

    /** Called in every step, between estimating x_0 and stepping. */
    void onStep(State state);
}
