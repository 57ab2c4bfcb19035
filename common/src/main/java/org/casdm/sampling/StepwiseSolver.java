package org.casdm.sampling;

import org.casdm.diffusion.LogVarianceRange;
import org.casdm.diffusion.RespacedSchedule;
import org.casdm.diffusion.ReverseProcess;
import org.casdm.diffusion.ReverseStep;

/** DDPM and DDIM: each step combines x_t, the estimate and fresh noise as {@link ReverseProcess} says. */
record StepwiseSolver(ReverseProcess process, RespacedSchedule respaced) implements Solver {

    @Override
    public int steps() {
        return process.steps();
    }

    @Override
    public float[] solve(float[] x, Estimates estimates, StepNoise noise, StepListener listener) {
        var fresh = new float[x.length];
        for (int step = process.steps() - 1; step >= 0; step--) {
            var weights = process.step(step);
            var estimate =
                    estimates.of(x, weights.timestep(), respaced.schedule().alphaBar(step));
            listener.onStep(Solver.state(step, weights.timestep(), x, estimate));
            combine(x, estimate.x0(), weights);
            if (weights.noiseScale() > 0) {
                noise.fill(step, fresh);
                weights.learned()
                        .ifPresent(range -> scale(fresh, estimate.variance().orElseThrow(), range));
                add(x, fresh, (float) weights.noiseScale());
            }
        }
        return x;
    }

    private static void combine(float[] x, float[] estimate, ReverseStep weights) {
        float ofX = (float) weights.currentWeight();
        float ofEstimate = (float) weights.estimateWeight();
        for (int i = 0; i < x.length; i++) {
            x[i] = x[i] * ofX + estimate[i] * ofEstimate;
        }
    }

    /** Gives noise the standard deviation that the network has chosen for each value. */
    private static void scale(float[] noise, float[] v, LogVarianceRange range) {
        for (int i = 0; i < noise.length; i++) {
            noise[i] *= (float) Math.exp(0.5 * range.at(v[i]));
        }
    }

    private static void add(float[] x, float[] noise, float scale) {
        for (int i = 0; i < x.length; i++) {
            x[i] += noise[i] * scale;
        }
    }
}
