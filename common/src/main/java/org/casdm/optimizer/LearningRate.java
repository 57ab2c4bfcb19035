package org.casdm.optimizer;

import java.io.Serializable;
import java.util.Objects;

/**
 * The learning rate of each step: linear warm-up to a peak, times the shape of a schedule.
 *
 * <p>Step n, counted from 0, of a warm-up of w steps has (n + 1) / w of the rate that the schedule gives it.
 *
 * @param peak highest rate, positive
 * @param warmupSteps steps of the warm-up; 0: none
 * @param schedule how the rate falls
 */
public record LearningRate(double peak, int warmupSteps, Schedule schedule) implements Serializable {

    /** The share of the peak that a step has when the warm-up is over. */
    public sealed interface Schedule extends Serializable {

        /** @param afterWarmup steps since the warm-up's end, 0 in the warm-up */
        double share(long step, long afterWarmup);
    }

    /** The peak for good. */
    public record Constant() implements Schedule {

        @Override
        public double share(long step, long afterWarmup) {
            return 1;
        }
    }

    /**
     * Half a cosine from the peak at the end of the warm-up to 0: (1 + cos(π s / n)) / 2 after s of n steps, as
     * {@code get_cosine_schedule_with_warmup} of diffusers.
     *
     * @param steps from the end of the warm-up to 0, at least 1
     */
    public record Cosine(long steps) implements Schedule {

        public Cosine {
            requirePositive(steps);
        }

        @Override
        public double share(long step, long afterWarmup) {
            return (1 + Math.cos(Math.PI * Math.min(1, (double) afterWarmup / steps))) / 2;
        }
    }

    /**
     * The peak for some steps, then falling with the root of the step: 1 / √max(step / reference, 1), as EDM2
     * (Karras et al., arXiv 2312.02696, section B.7). Steps count from the start of the run, warm-up included.
     *
     * @param reference steps at the peak, at least 1
     */
    public record InverseSquareRoot(long reference) implements Schedule {

        public InverseSquareRoot {
            requirePositive(reference);
        }

        @Override
        public double share(long step, long afterWarmup) {
            return 1 / Math.sqrt(Math.max((double) step / reference, 1));
        }
    }

    public LearningRate {
        Objects.requireNonNull(schedule);
        if (!(peak > 0) || warmupSteps < 0) {
            throw new IllegalArgumentException("learning rate " + peak + ", warm-up of " + warmupSteps + " steps");
        }
    }

    private static void requirePositive(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("A schedule of the learning rate takes 1 step or more, not " + steps);
        }
    }

    /** The rate of a step, counted from 0. */
    public double at(long step) {
        double warmup = step < warmupSteps ? (step + 1.0) / warmupSteps : 1;
        return peak * warmup * schedule.share(step, Math.max(0, step - warmupSteps));
    }
}
