package org.casdm.cascade;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of the loss terms.
 *
 * @param eps of ‖ε_θ - ε‖²
 * @param x0 of ‖x_0^φ - x_0‖²
 * @param mu of ‖μ - μ̃‖²
 * @param lpips of the metric function LPIPS(x_0^φ, x_0); above 0 for graphs that have the metric, 0 for others
 * @param lpipsMinAlphaBar least ᾱ_t of the images that the metric judges; 0: all of them
 */
public record LossWeights(double eps, double x0, double mu, double lpips, double lpipsMinAlphaBar)
        implements Serializable {

    /** The name of the metric's term. */
    public static final String LPIPS = "lpips";

    /** Weights without the metric function. */
    public LossWeights(double eps, double x0, double mu) {
        this(eps, x0, mu, 0);
    }

    /** Weights with a metric function that judges all images. */
    public LossWeights(double eps, double x0, double mu, double lpips) {
        this(eps, x0, mu, lpips, 0);
    }

    /** The names of a model's loss terms, in order: its own and, with a weight for it, that of the metric. */
    public List<String> terms(ModelSpec model) {
        return lpips > 0
                ? Stream.concat(model.lossTerms().stream(), Stream.of(LPIPS)).toList()
                : model.lossTerms();
    }

    /** The weights of the named terms, in their order. */
    public double[] of(List<String> terms) {
        return terms.stream()
                .mapToDouble(term -> switch (term) {
                    case "eps" -> eps;
                    case "x0" -> x0;
                    case "mu" -> mu;
                    case LPIPS -> lpips;
                    default -> throw new IllegalArgumentException("No loss term " + term);
                })
                .toArray();
    }
}
