package org.casdm.diffusion;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The variance schedule of a Gaussian diffusion process and the closed formulas that follow from it.
 *
 * <p>With beta_t the variance that step t adds and alphaBar_t the product of 1 - beta_s for s = 0..t, the noisy image
 * at timestep t is x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) epsilon. Timesteps count from 0 (least noise) to
 * {@link #steps()} - 1. Everything is computed in double. The formulas are those of Ho et al., "Denoising Diffusion
 * Probabilistic Models" (arXiv 2006.11239), section 2, and Nichol and Dhariwal, "Improved Denoising Diffusion
 * Probabilistic Models" (arXiv 2102.09672), section 3; edge cases are settled as in improved-diffusion's
 * {@code gaussian_diffusion.py}.
 *
 * <p>Immutable. Every accessor throws {@link IndexOutOfBoundsException} for a timestep outside 0..steps - 1.
 */
public final class NoiseSchedule implements Serializable {

    private static final long serialVersionUID = 1;

    /** The cosine schedule never adds more variance than this in one step: beta = 1 would be singular. */
    private static final double MAXIMUM_COSINE_BETA = 0.999;

    private final double[] betas;
    private final double[] alphaBars;

    private NoiseSchedule(double[] betas) {
        if (betas.length < 2) {
            throw new IllegalArgumentException("A noise schedule needs at least 2 timesteps, got " + betas.length);
        }
        this.betas = betas;
        this.alphaBars = new double[betas.length];
        var product = 1.0;
        for (var t = 0; t < betas.length; t++) {
            if (!(betas[t] > 0 && betas[t] < 1)) {
                throw new IllegalArgumentException(
                        "beta must lie between 0 and 1, both excluded; at timestep " + t + " it is " + betas[t]);
            }
            product *= 1 - betas[t];
            alphaBars[t] = product;
        }
        if (product == 0) {
            throw new IllegalArgumentException("The schedule leaves nothing of the image: alphaBar underflows to 0");
        }
    }

    /**
     * The linear schedule of Ho et al., scaled to any number of timesteps: beta runs evenly from 1e-4 to 0.02, both
     * times 1000 / steps.
     *
     * @param steps number of timesteps, at least 21 (with fewer, beta would reach 1)
     */
    public static NoiseSchedule linear(int steps) {
        if (steps < 21) {
            throw new IllegalArgumentException(
                    "A linear noise schedule needs at least 21 timesteps (with fewer, beta reaches 1), got " + steps);
        }
        var scale = 1000.0 / steps;
        var first = scale * 0.0001;
        var last = scale * 0.02;
        var stride = (last - first) / (steps - 1);
        var betas = new double[steps];
        for (var t = 0; t < steps - 1; t++) {
            betas[t] = first + t * stride;
        }
        betas[steps - 1] = last;
        return new NoiseSchedule(betas);
    }

    /**
     * The cosine schedule of Nichol and Dhariwal: alphaBar follows cos²((u + 0.008) / 1.008 · π / 2) for u from 0 to 1,
     * with beta at most 0.999.
     *
     * @param steps number of timesteps, at least 2
     */
    public static NoiseSchedule cosine(int steps) {
        var betas = new double[Math.max(steps, 0)];
        for (var t = 0; t < steps; t++) {
            var before = cosineAlphaBar((double) t / steps);
            var after = cosineAlphaBar((double) (t + 1) / steps);
            betas[t] = Math.min(1 - after / before, MAXIMUM_COSINE_BETA);
        }
        return new NoiseSchedule(betas);
    }

    private static double cosineAlphaBar(double u) {
        var cosine = Math.cos((u + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /**
     * A schedule of given variances.
     *
     * @param betas beta of each timestep, at least two, each between 0 and 1 (both excluded); copied
     */
    public static NoiseSchedule ofBetas(double[] betas) {
        return new NoiseSchedule(betas.clone());
    }

    /** Number of timesteps. */
    public int steps() {
        return betas.length;
    }

    /** beta_t: the variance added by step t. */
    public double beta(int timestep) {
        return betas[timestep];
    }

    /** alphaBar_t: the product of 1 - beta_s for s = 0..t, falling towards 0. */
    public double alphaBar(int timestep) {
        return alphaBars[timestep];
    }

    /** The places of those timesteps whose alphaBar is not below a bound, in their order. */
    public int[] withAlphaBarFrom(double least, int[] timesteps) {
        return IntStream.range(0, timesteps.length)
                .filter(place -> alphaBars[timesteps[place]] >= least)
                .toArray();
    }

    /** alphaBar_{t-1}, and 1 at timestep 0 (the clean image). */
    public double alphaBarPrevious(int timestep) {
        return timestep == 0 ? 1 : alphaBars[timestep - 1];
    }

    /** sqrt(alphaBar_t): the weight of x_0 in x_t. */
    public double sqrtAlphaBar(int timestep) {
        return Math.sqrt(alphaBars[timestep]);
    }

    /** sqrt(1 - alphaBar_t): the weight of epsilon in x_t. */
    public double sqrtOneMinusAlphaBar(int timestep) {
        return Math.sqrt(1 - alphaBars[timestep]);
    }

    /** sqrt(1 / alphaBar_t): the weight of x_t in the estimate of x_0 from epsilon. */
    public double sqrtRecipAlphaBar(int timestep) {
        return EstimateWeights.of(alphaBars[timestep]).xt();
    }

    /** sqrt(1 / alphaBar_t - 1): minus the weight of epsilon in the estimate of x_0 from epsilon. */
    public double sqrtRecipMinusOneAlphaBar(int timestep) {
        return EstimateWeights.of(alphaBars[timestep]).epsilon();
    }

    /** 1 / sqrt(alphaBar_t): what the image's part of x_t is multiplied with to be the image. */
    public double reciprocalSqrtAlphaBar(int timestep) {
        return 1 / sqrtAlphaBar(timestep);
    }

    /** Variance of q(x_{t-1} | x_t, x_0); 0 at timestep 0. */
    public double posteriorVariance(int timestep) {
        return betas[timestep] * (1 - alphaBarPrevious(timestep)) / (1 - alphaBars[timestep]);
    }

    /** Logarithm of {@link #posteriorVariance}; at timestep 0, where that is 0, the value of timestep 1. */
    public double posteriorLogVarianceClipped(int timestep) {
        return Math.log(posteriorVariance(timestep == 0 ? 1 : timestep));
    }

    /** c1(t): the weight of x_0 in the mean of q(x_{t-1} | x_t, x_0). */
    public double posteriorMeanCoef1(int timestep) {
        return betas[timestep] * Math.sqrt(alphaBarPrevious(timestep)) / (1 - alphaBars[timestep]);
    }

    /** c2(t): the weight of x_t in the mean of q(x_{t-1} | x_t, x_0); 0 at timestep 0. */
    public double posteriorMeanCoef2(int timestep) {
        return (1 - alphaBarPrevious(timestep)) * Math.sqrt(1 - betas[timestep]) / (1 - alphaBars[timestep]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoiseSchedule that && Arrays.equals(betas, that.betas);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(betas);
    }

    @Override
    public String toString() {
        return "NoiseSchedule[" + steps() + " steps, beta " + betas[0] + " to " + betas[betas.length - 1] + "]";
    }
}
