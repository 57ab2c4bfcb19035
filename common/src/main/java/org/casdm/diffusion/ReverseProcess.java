package org.casdm.diffusion;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The way back from noise to an image: for every respaced step the scalar weights with which a sampler combines its
 * estimate of x_0, the current x_t and fresh noise. The sampler walks from step {@link #steps()} - 1 down to 0.
 *
 * <p>Both processes follow improved-diffusion's {@code p_sample} and {@code ddim_sample}. Neither adds noise in its
 * last step (step 0), and both then return the estimate of x_0 itself. Immutable.
 */
public final class ReverseProcess {

    /** What DDPM takes as the variance of p(x_{t-1} | x_t); Ho et al. (arXiv 2006.11239), section 3.2. */
    public enum Variance {
        /** The variance of the posterior q(x_{t-1} | x_t, x_0): right for data that is a single point. */
        FIXED_SMALL,
        /** beta_t: right for data that is itself N(0, I). */
        FIXED_LARGE,
        /** What the network says for each value, between those two; Nichol and Dhariwal (arXiv 2102.09672), section 3.1. */
        LEARNED
    }

    private final List<ReverseStep> reverseSteps;

    private ReverseProcess(RespacedSchedule respaced, IntFunction<ReverseStep> step) {
        this.reverseSteps = IntStream.range(0, respaced.steps()).mapToObj(step).toList();
    }

    /**
     * Ancestral sampling (DDPM): x_{t-1} is drawn around the mean of q(x_{t-1} | x_t, x_0).
     *
     * @param variance the variance of that draw
     */
    public static ReverseProcess ddpm(RespacedSchedule respaced, Variance variance) {
        var schedule = respaced.schedule();
        return new ReverseProcess(respaced, step -> {
            var noiseVariance = switch (variance) {
                case FIXED_SMALL -> schedule.posteriorVariance(step);
                case FIXED_LARGE -> schedule.beta(step);
                case LEARNED -> 1;
            };
            var learned = variance == Variance.LEARNED && step > 0
                    ? Optional.of(LogVarianceRange.of(schedule, step))
                    : Optional.<LogVarianceRange>empty();
            return new ReverseStep(
                    respaced.originalTimestep(step),
                    schedule.posteriorMeanCoef1(step),
                    schedule.posteriorMeanCoef2(step),
                    step == 0 ? 0 : Math.sqrt(noiseVariance),
                    learned);
        });
    }

    /**
     * DDIM (Song et al., arXiv 2010.02502), equations 12 and 16: with
     * epsilon = (x_t - sqrt(alphaBar_t) x_0) / sqrt(1 - alphaBar_t), x_{t-1} is
     * sqrt(alphaBar_{t-1}) x_0 + sqrt(1 - alphaBar_{t-1} - sigma²) epsilon + sigma z.
     *
     * @param eta share of the DDPM posterior's standard deviation that is fresh noise, 0 (deterministic) to 1 (DDPM
     *            with small variance)
     */
    public static ReverseProcess ddim(RespacedSchedule respaced, double eta) {
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta of DDIM must lie between 0 and 1, got " + eta);
        }
        var schedule = respaced.schedule();
        return new ReverseProcess(respaced, step -> {
            var previousAlphaBar = schedule.alphaBarPrevious(step);
            var sigma = eta * Math.sqrt(schedule.posteriorVariance(step));
            // Rounding could carry the difference just below 0 at eta = 1. At step 0 it is 0 exactly.
            var epsilonWeight = Math.sqrt(Math.max(0, 1 - previousAlphaBar - sigma * sigma));
            var currentWeight = epsilonWeight / schedule.sqrtOneMinusAlphaBar(step);
            var estimateWeight = Math.sqrt(previousAlphaBar) - currentWeight * schedule.sqrtAlphaBar(step);
            return new ReverseStep(respaced.originalTimestep(step), estimateWeight, currentWeight, sigma);
        });
    }

    /** Number of respaced steps. */
    public int steps() {
        return reverseSteps.size();
    }

    /** The weights used when leaving a respaced step, 0..steps - 1. */
    public ReverseStep step(int step) {
        return reverseSteps.get(step);
    }
}
