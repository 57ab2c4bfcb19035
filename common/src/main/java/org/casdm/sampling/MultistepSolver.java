package org.casdm.sampling;

import org.casdm.diffusion.NoiseLevels;

/**
 * DPM-Solver++ (2M) of Lu et al. (arXiv 2211.01095), algorithm 2: each step extrapolates the estimate of x_0 from the last
 * two in λ = log(1/σ), and integrates it exactly. The first step and the last one, to σ = 0, are of first order.
 */
record MultistepSolver(NoiseLevels levels) implements Solver {

    @Override
    public int steps() {
        return levels.count();
    }

    @Override
    public float[] solve(float[] x, Estimates estimates, StepNoise noise, StepListener listener) {
        float[] previous = null;
        for (int i = 0; i < levels.count(); i++) {
            var level = levels.level(i);
            var estimate = estimates.of(x, level.timestep(), level.alphaBar());
            listener.onStep(Solver.state(levels.count() - 1 - i, level.timestep(), x, estimate));
            double next = levels.sigma(i + 1);
            // In λ a step of h from σ to σ' has e^-h = σ' / σ; weights are those of x_t = √ᾱ x_0 + √(1-ᾱ) ε.
            double alphaNext = 1 / Math.sqrt(1 + next * next);
            double ofX = alphaNext * next / level.sigma() * Math.sqrt(1 + level.sigma() * level.sigma());
            double ofEstimate = alphaNext * (1 - next / level.sigma());
            double extrapolation = i == 0 || next == 0
                    ? 0
                    : Math.log(level.sigma() / next) / Math.log(levels.sigma(i - 1) / level.sigma()) / 2;
            combine(x, ofX, estimate.x0(), previous, ofEstimate, extrapolation);
            previous = Solver.copy(estimate.x0(), previous);
        }
        return x;
    }

    /** With share s of the difference to the previous estimate: D + s (D - D'). */
    private static void combine(
            float[] x, double ofX, float[] estimate, float[] previous, double ofEstimate, double share) {
        float currentWeight = (float) ofX;
        float estimateWeight = (float) (ofEstimate * (1 + share));
        float previousWeight = (float) (-ofEstimate * share);
        for (int i = 0; i < x.length; i++) {
            float value = x[i] * currentWeight + estimate[i] * estimateWeight;
            x[i] = previousWeight == 0 ? value : value + previous[i] * previousWeight;
        }
    }
}
