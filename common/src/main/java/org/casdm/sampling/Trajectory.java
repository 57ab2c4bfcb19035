package org.casdm.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps what a sampler works with at some of its steps, evenly spaced, the first and the last among them. */
public final class Trajectory implements StepListener {

    private final int steps;
    private final int kept;
    private final List<Moment> moments = new ArrayList<>();

    /**
     * A step, copied: arrays of images × height × width × channels, channel last.
     *
     * @param timestep of the model's schedule
     * @param xt the noisy images
     * @param x0Theta the estimate from θ's noise, as φ sees it
     * @param refinement what the second estimate adds, if there is one
     */
    public record Moment(int timestep, float[] xt, float[] x0Theta, Optional<Refinement> refinement) {}

    /**
     * @param steps of the sampler
     * @param kept how many to keep, 1 (the last) to {@code steps}
     */
    public Trajectory(int steps, int kept) {
        if (kept < 1 || kept > steps) {
            throw new IllegalArgumentException("of " + steps + " steps, 1 to " + steps + " can be shown, not " + kept);
        }
        this.steps = steps;
        this.kept = kept;
    }

    @Override
    public void onStep(State state) {
        // Steps are walked downwards; the i-th to keep is the one nearest to i / (kept - 1) of the way.
        int walked = steps - 1 - state.step();
        long next = kept == 1 ? steps - 1 : Math.round((double) moments.size() * (steps - 1) / (kept - 1));
        if (walked == next && moments.size() < kept) {
            moments.add(new Moment(
                    state.timestep(),
                    state.xt().clone(),
                    state.x0Theta().clone(),
                    state.refinement()
                            .map(refinement -> new Refinement(
                                    refinement.x0().clone(), refinement.weight().clone()))));
        }
    }

    /** The steps kept so far, the noisiest first. */
    public List<Moment> moments() {
        return List.copyOf(moments);
    }
}
