package org.casdm.diffusion;

/**
 * The estimate of the clean image from a predicted noise: x̂_0 = {@code xt} · x_t - {@code epsilon} · ε, which is
 * (x_t - √(1-ᾱ) ε) / √ᾱ.
 *
 * @param xt √(1/ᾱ)
 * @param epsilon √(1/ᾱ - 1)
 */
public record EstimateWeights(double xt, double epsilon) {

    /** The weights at a level of noise, ᾱ in (0, 1]. */
    public static EstimateWeights of(double alphaBar) {
        return new EstimateWeights(Math.sqrt(1 / alphaBar), Math.sqrt(1 / alphaBar - 1));
    }
}
