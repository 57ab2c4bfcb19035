package org.casdm.sampling;

import java.io.Serializable;
import java.util.Objects;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.Respacing;

/**
 * How images are drawn from a model.
 *
 * @param respacing the timesteps to visit, as {@link Respacing} reads them: "50", "10,15,20", "ddim50", or "" for all
 * @param method how to step
 * @param estimator whose estimate of x_0 to follow
 * @param clip whether the estimate of x_0 that a step follows is clipped to [-1, 1]; what φ sees is clipped as it was
 *             in training, whatever this says
 * @param seed of the noise
 * @param guidance towards the images' classes
 */
public record SamplerSettings(
        String respacing, SamplingMethod method, Estimator estimator, boolean clip, long seed, Guidance guidance)
        implements Serializable {

    /** Whose estimate of x_0 the sampler follows. */
    public enum Estimator {
        /** The blend of x_0^φ and x̂_0; with {@code dual} that of its outputs; with {@code ddpm} x̂_0. */
        CASCADE,
        /** x̂_0, from the noise that θ sees, alone. */
        THETA
    }

    /** Settings without guidance. */
    public SamplerSettings(String respacing, SamplingMethod method, Estimator estimator, boolean clip, long seed) {
        this(respacing, method, estimator, clip, seed, Guidance.NONE);
    }

    public SamplerSettings {
        Respacing.parse(respacing);
        Objects.requireNonNull(method);
        Objects.requireNonNull(estimator);
        Objects.requireNonNull(guidance);
    }

    /**
     * The way from noise to an image.
     *
     * @throws IllegalArgumentException if the schedule cannot be respaced so
     */
    Solver solver(NoiseSchedule schedule) {
        return method.solver(schedule, Respacing.parse(respacing));
    }

    /**
     * Steps from noise to an image over a schedule; {@code heun} asks the networks 2 steps - 1 times.
     *
     * @throws IllegalArgumentException if the schedule cannot be respaced so
     */
    public int steps(NoiseSchedule schedule) {
        return solver(schedule).steps();
    }

    /** Deterministic DDIM (η = 0) along the whole model's clipped estimate. */
    public static SamplerSettings ddim(String respacing, long seed) {
        return new SamplerSettings(respacing, new SamplingMethod.Ddim(0), Estimator.CASCADE, true, seed);
    }
}
