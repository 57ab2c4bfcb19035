package org.casdm.sampling;

import java.io.Serializable;

/**
 * Classifier-free guidance (Ho and Salimans, arXiv 2207.12598): each network is asked twice, with the image's class and
 * with none, and its image-like outputs are extrapolated, output = none + scale (class - none). θ's noise is guided first;
 * φ sees the x̂_0 that follows from it. Variances and the blending weight r are those with the class.
 *
 * <p>Guidance applies to some noise levels only (Kynkäänniemi et al., arXiv 2404.07724): those with
 * {@code fromSigma < σ ≤ toSigma}, where σ = √((1 - ᾱ) / ᾱ). Elsewhere, and with a scale of 1, networks are asked once.
 *
 * @param theta scale of θ's guidance (and of the only network of {@code ddpm} and {@code dual}); 1: none
 * @param phi scale of φ's guidance; 1: none
 * @param fromSigma noise level above which guidance begins, at least 0
 * @param toSigma highest noise level with guidance
 * @param nullLabel the label that stands for no class; negative for networks without one
 */
public record Guidance(double theta, double phi, double fromSigma, double toSigma, int nullLabel)
        implements Serializable {

    /** None. */
    public static final Guidance NONE = new Guidance(1, 1, 0, Double.POSITIVE_INFINITY, -1);

    public Guidance {
        if (!Double.isFinite(theta) || !Double.isFinite(phi)) {
            throw new IllegalArgumentException("The scale of guidance is a number, not " + theta + " and " + phi);
        }
        if (!(fromSigma >= 0 && toSigma > fromSigma)) {
            throw new IllegalArgumentException(
                    "The interval of guidance goes from a noise level of 0 or more to a higher" + " one, not from "
                            + fromSigma + " to " + toSigma);
        }
        if ((theta != 1 || phi != 1) && nullLabel < 0) {
            throw new IllegalArgumentException("Guidance needs a model with classes that was trained with"
                    + " model.label-dropout above 0: it has to know images without a class");
        }
    }

    /** Whether there is any. */
    public boolean isUsed() {
        return theta != 1 || phi != 1;
    }

    /** θ's scale at a noise level; 1: it is asked once. */
    double theta(double alphaBar) {
        return applies(alphaBar) ? theta : 1;
    }

    /** φ's scale at a noise level. */
    double phi(double alphaBar) {
        return applies(alphaBar) ? phi : 1;
    }

    private boolean applies(double alphaBar) {
        double sigma = Math.sqrt(1 / alphaBar - 1);
        return sigma > fromSigma && sigma <= toSigma;
    }
}
