package org.casdm.sampling;

import java.io.Serializable;
import java.util.Objects;
import org.casdm.cascade.ModelSpec;
import org.casdm.diffusion.NoiseLevels;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.Respacing;
import org.casdm.diffusion.ReverseProcess;

/** How a sampler steps from noise to an image. */
public sealed interface SamplingMethod extends Serializable {

    /**
     * The way over the timesteps of a schedule.
     *
     * @throws IllegalArgumentException if the schedule cannot be respaced so
     */
    Solver solver(NoiseSchedule schedule, Respacing respacing);

    /**
     * Checks that a model has what the method needs.
     *
     * @throws IllegalArgumentException if not
     */
    default void requireOf(ModelSpec model) {}

    /**
     * Ancestral sampling; {@link ReverseProcess#ddpm}.
     *
     * @param variance of each step's noise
     */
    record Ddpm(ReverseProcess.Variance variance) implements SamplingMethod {

        public Ddpm {
            Objects.requireNonNull(variance);
        }

        @Override
        public Solver solver(NoiseSchedule schedule, Respacing respacing) {
            var respaced = respacing.apply(schedule);
            return new StepwiseSolver(ReverseProcess.ddpm(respaced, variance), respaced);
        }

        @Override
        public void requireOf(ModelSpec model) {
            if (variance == ReverseProcess.Variance.LEARNED && !model.learnsVariance()) {
                throw new IllegalArgumentException("The model has not learned its variance (model.theta.learn-sigma):"
                        + " draw with the small or the large one (--variance)");
            }
        }
    }

    /**
     * {@link ReverseProcess#ddim}.
     *
     * @param eta share of fresh noise, 0 (deterministic) to 1
     */
    record Ddim(double eta) implements SamplingMethod {

        public Ddim {
            if (!(eta >= 0 && eta <= 1)) {
                throw new IllegalArgumentException("eta of DDIM must lie between 0 and 1, got " + eta);
            }
        }

        @Override
        public Solver solver(NoiseSchedule schedule, Respacing respacing) {
            var respaced = respacing.apply(schedule);
            return new StepwiseSolver(ReverseProcess.ddim(respaced, eta), respaced);
        }
    }

    /**
     * DPM-Solver++ (2M); {@link MultistepSolver}.
     *
     * @param spacing of the noise levels
     */
    record DpmSolver(Spacing spacing) implements SamplingMethod {

        /** As diffusers' scheduler by default. */
        public static final Spacing DEFAULT_SPACING = Spacing.UNIFORM;

        public DpmSolver {
            Objects.requireNonNull(spacing);
        }

        @Override
        public Solver solver(NoiseSchedule schedule, Respacing respacing) {
            return new MultistepSolver(NoiseLevels.ofMultistep(schedule, spacing, respacing));
        }
    }

    /**
     * Heun's method (EDM); {@link HeunSolver}.
     *
     * @param spacing of the noise levels
     */
    record Heun(Spacing spacing) implements SamplingMethod {

        /** EDM's. */
        public static final Spacing DEFAULT_SPACING = Spacing.KARRAS;

        public Heun {
            Objects.requireNonNull(spacing);
        }

        @Override
        public Solver solver(NoiseSchedule schedule, Respacing respacing) {
            return new HeunSolver(NoiseLevels.ofHeun(schedule, spacing, respacing));
        }
    }
}
