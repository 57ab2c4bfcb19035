package org.casdm.diffusion;

/**
 * A noise schedule over some timesteps of another one: its alphaBar agrees with the original's at the timesteps kept.
 *
 * <p>Positions in it are called respaced steps (0..steps - 1); networks were trained on, and have to be given, the
 * original timesteps. Immutable.
 */
public final class RespacedSchedule {

    private final NoiseSchedule schedule;
    private final int[] originalTimesteps;
    private final int originalSteps;

    private RespacedSchedule(NoiseSchedule schedule, int[] originalTimesteps, int originalSteps) {
        this.schedule = schedule;
        this.originalTimesteps = originalTimesteps;
        this.originalSteps = originalSteps;
    }

    /**
     * Keeps the given timesteps of a schedule.
     *
     * @param timesteps at least two timesteps of {@code original}, strictly ascending; copied
     */
    public static RespacedSchedule of(NoiseSchedule original, int[] timesteps) {
        if (timesteps.length < 2) {
            throw new IllegalArgumentException(
                    "A sampler needs at least 2 timesteps, the respacing keeps " + timesteps.length);
        }
        var kept = timesteps.clone();
        var betas = new double[kept.length];
        var previousAlphaBar = 1.0;
        for (var i = 0; i < kept.length; i++) {
            if (kept[i] < 0 || kept[i] >= original.steps() || (i > 0 && kept[i] <= kept[i - 1])) {
                throw new IllegalArgumentException("Timesteps to keep must ascend within 0.." + (original.steps() - 1)
                        + "; number " + i + " is " + kept[i]);
            }
            var alphaBar = original.alphaBar(kept[i]);
            betas[i] = 1 - alphaBar / previousAlphaBar;
            previousAlphaBar = alphaBar;
        }
        return new RespacedSchedule(NoiseSchedule.ofBetas(betas), kept, original.steps());
    }

    /** The schedule over respaced steps. */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** Number of respaced steps. */
    public int steps() {
        return originalTimesteps.length;
    }

    /** Number of timesteps of the original schedule. */
    public int originalSteps() {
        return originalSteps;
    }

    /** The timestep of the original schedule that a respaced step corresponds to. */
    public int originalTimestep(int step) {
        return originalTimesteps[step];
    }

    /** All original timesteps kept, ascending; a copy. */
    public int[] originalTimesteps() {
        return originalTimesteps.clone();
    }
}
