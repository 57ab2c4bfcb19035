package org.casdm.sampling;

import org.casdm.diffusion.NoiseLevels;

/**
 * Heun's method of Karras et al. (EDM, arXiv 2206.00364), algorithm 1, without added noise: an Euler step along
 * d = (x - D(x; σ)) / σ, corrected with the slope at its end; the step to σ = 0 is not corrected. x carries noise of
 * standard deviation σ; networks see x √ᾱ.
 */
record HeunSolver(NoiseLevels levels) implements Solver {

    @Override
    public int steps() {
        return levels.count();
    }

    @Override
    public float[] solve(float[] initial, Estimates estimates, StepNoise noise, StepListener listener) {
        var x = new float[initial.length];
        var seen = new float[initial.length];
        var slope = new float[initial.length];
        var end = new float[initial.length];
        Solver.scale(initial, levels.sigma(0), x);
        for (int i = 0; i < levels.count(); i++) {
            var level = levels.level(i);
            double step = levels.sigma(i + 1) - level.sigma();
            Solver.scale(x, Math.sqrt(level.alphaBar()), seen);
            var estimate = estimates.of(seen, level.timestep(), level.alphaBar());
            listener.onStep(Solver.state(levels.count() - 1 - i, level.timestep(), seen, estimate));
            slope(x, estimate.x0(), level.sigma(), slope);
            advance(x, slope, step, end);
            if (i + 1 < levels.count()) {
                var next = levels.level(i + 1);
                Solver.scale(end, Math.sqrt(next.alphaBar()), seen);
                var corrector = estimates.of(seen, next.timestep(), next.alphaBar());
                average(slope, end, corrector.x0(), next.sigma());
                advance(x, slope, step, end);
            }
            var swap = x;
            x = end;
            end = swap;
        }
        return x;
    }

    private static void slope(float[] x, float[] estimate, double sigma, float[] slope) {
        float factor = (float) (1 / sigma);
        for (int i = 0; i < x.length; i++) {
            slope[i] = (x[i] - estimate[i]) * factor;
        }
    }

    private static void average(float[] slope, float[] end, float[] estimate, double sigma) {
        float factor = (float) (1 / sigma);
        for (int i = 0; i < slope.length; i++) {
            slope[i] = 0.5f * (slope[i] + (end[i] - estimate[i]) * factor);
        }
    }

    private static void advance(float[] x, float[] slope, double step, float[] to) {
        float length = (float) step;
        for (int i = 0; i < x.length; i++) {
            to[i] = x[i] + length * slope[i];
        }
    }
}
