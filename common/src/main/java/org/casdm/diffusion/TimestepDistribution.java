package org.casdm.diffusion;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import org.casdm.random.CounterRandom;

/**
 * How often each timestep is trained on, and what its losses are multiplied with, so that the mean loss stays that of
 * uniform timesteps. Immutable.
 */
public final class TimestepDistribution implements Serializable {

    private static final long serialVersionUID = 1;

    private final int steps;
    /** Sums of the probabilities of timesteps 0 to t; null: all are equal. */
    private final double[] cumulative;

    private TimestepDistribution(int steps, double[] cumulative) {
        this.steps = steps;
        this.cumulative = cumulative;
    }

    /** Every timestep as often as any other. */
    public static TimestepDistribution uniform(int steps) {
        return new TimestepDistribution(steps, null);
    }

    /** Timesteps in proportion to weights, each above 0. */
    static TimestepDistribution inProportionTo(double[] weights) {
        var cumulative = new double[weights.length];
        double sum = 0;
        for (int t = 0; t < weights.length; t++) {
            sum += weights[t];
            cumulative[t] = sum;
        }
        for (int t = 0; t < weights.length; t++) {
            cumulative[t] /= sum;
        }
        return new TimestepDistribution(weights.length, cumulative);
    }

    /** The timestep at a place of a stream of random numbers. */
    public int timestep(long key, long place) {
        if (cumulative == null) {
            return CounterRandom.below(key, place, steps);
        }
        int found = Arrays.binarySearch(cumulative, CounterRandom.uniform(key, place));
        // A number belongs to the first timestep whose sum is above it.
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** The probability of a timestep. */
    public double probability(int timestep) {
        if (cumulative == null) {
            return 1.0 / steps;
        }
        return cumulative[timestep] - (timestep == 0 ? 0 : cumulative[timestep - 1]);
    }

    /** What the losses of images at these timesteps are multiplied with; empty where that is 1 for all. */
    public Optional<float[]> weights(int[] timesteps) {
        if (cumulative == null) {
            return Optional.empty();
        }
        var weights = new float[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (1 / (steps * probability(timesteps[i])));
        }
        return Optional.of(weights);
    }
}
