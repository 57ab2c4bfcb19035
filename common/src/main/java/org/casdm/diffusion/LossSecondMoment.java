package org.casdm.diffusion;

import java.util.Arrays;

/**
 * Importance sampling of timesteps by the second moment of their losses (Nichol and Dhariwal, arXiv 2102.09672, section
 * 3.3): the probability of t is in proportion to the root of the mean square of its last {@value #HISTORY} losses.
 *
 * <p>Until every timestep has as many losses, timesteps are uniform. As in improved-diffusion's {@code resample.py}, a
 * thousandth of the probability is spread evenly.
 */
public final class LossSecondMoment {

    /** Losses kept of a timestep. */
    public static final int HISTORY = 10;

    private static final double UNIFORM_SHARE = 0.001;

    private final int steps;
    /** [timestep][loss], the oldest first. */
    private final float[] losses;

    private final int[] counts;

    /** Without any losses. */
    public LossSecondMoment(int steps) {
        this.steps = steps;
        losses = new float[steps * HISTORY];
        counts = new int[steps];
    }

    /** Takes in a loss of an image at a timestep, unweighted by {@link TimestepDistribution#weights}. */
    public void add(int timestep, double loss) {
        int start = timestep * HISTORY;
        if (counts[timestep] == HISTORY) {
            System.arraycopy(losses, start + 1, losses, start, HISTORY - 1);
            counts[timestep]--;
        }
        losses[start + counts[timestep]++] = (float) loss;
    }

    /** The timesteps that the next losses are to be of. */
    public TimestepDistribution distribution() {
        if (Arrays.stream(counts).anyMatch(count -> count < HISTORY)) {
            return TimestepDistribution.uniform(steps);
        }
        var weights = new double[steps];
        double sum = 0;
        for (int t = 0; t < steps; t++) {
            double squares = 0;
            for (int i = t * HISTORY; i < (t + 1) * HISTORY; i++) {
                squares += (double) losses[i] * losses[i];
            }
            weights[t] = Math.sqrt(squares / HISTORY);
            sum += weights[t];
        }
        for (int t = 0; t < steps; t++) {
            weights[t] = weights[t] / sum * (1 - UNIFORM_SHARE) + UNIFORM_SHARE / steps;
        }
        return TimestepDistribution.inProportionTo(weights);
    }

    /** The losses, [timesteps, {@value #HISTORY}], the oldest of each first; behind its count a timestep has zeros. */
    public float[] losses() {
        return losses.clone();
    }

    /** How many losses each timestep has. */
    public float[] counts() {
        var floats = new float[steps];
        for (int t = 0; t < steps; t++) {
            floats[t] = counts[t];
        }
        return floats;
    }

    /**
     * Takes over what {@link #losses} and {@link #counts} have given.
     *
     * @throws IllegalArgumentException if they are of another number of timesteps, or no counts
     */
    public void restore(float[] storedLosses, float[] storedCounts) {
        if (storedLosses.length != losses.length || storedCounts.length != steps) {
            throw new IllegalArgumentException(
                    "The history of losses is of " + storedCounts.length + " timesteps, the process has " + steps);
        }
        for (int t = 0; t < steps; t++) {
            int count = (int) storedCounts[t];
            if (count != storedCounts[t] || count < 0 || count > HISTORY) {
                throw new IllegalArgumentException(
                        "The history of losses has " + storedCounts[t] + " of timestep " + t + ", not 0 to " + HISTORY);
            }
            counts[t] = count;
        }
        System.arraycopy(storedLosses, 0, losses, 0, losses.length);
    }
}
