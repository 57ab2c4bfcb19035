package org.casdm.cascade;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of the loss terms.
 *
 * @param eps of ‖ε_θ - ε‖²
 * @param x0 of ‖x_0^φ - x_0‖²
 * @param mu of ‖μ - μ̃‖²
 * @param lpips of the metric function LPIPS(x_0^φ, x_0); above 0 for graphs that have the metric, 0 for others
 * @param lpipsMinAlphaBar least ᾱ_t of the images that LPIPS judges; 0: all of them
 * @param metric of the other metric function; above 0 for graphs that have one, 0 for others
 * @param metricMinAlphaBar least ᾱ_t of the images that it judges; 0: all of them
 * @param bound of the variational bound, for models that learn their variance
 */
public record LossWeights(
        double eps,
        double x0,
        double mu,
        double lpips,
        double lpipsMinAlphaBar,
        double metric,
        double metricMinAlphaBar,
        Bound bound)
        implements Serializable {

    /**
     * The variational bound among the losses.
     *
     * @param weight of the bound in bits for each value
     * @param trainsMean whether ε_θ learns from it too; else its gradient stops there and v learns alone
     */
    public record Bound(double weight, boolean trainsMean) implements Serializable {

        /** improved-diffusion's: a thousandth, and only v learns from it. */
        public static final Bound HYBRID = new Bound(1e-3, false);
    }

    /** The name of the bound's term. */
    public static final String BOUND = "vlb";

    /** The name of the metric's term. */
    public static final String LPIPS = "lpips";

    /** The name of the other metric function's term. */
    public static final String METRIC = "metric";

    /** Weights without the metric function. */
    public LossWeights(double eps, double x0, double mu) {
        this(eps, x0, mu, 0);
    }

    /** Weights with a metric function that judges all images, and with the bound's default. */
    public LossWeights(double eps, double x0, double mu, double lpips) {
        this(eps, x0, mu, lpips, 0);
    }

    /** Weights without another metric function, and with the bound's default. */
    public LossWeights(double eps, double x0, double mu, double lpips, double lpipsMinAlphaBar) {
        this(eps, x0, mu, lpips, lpipsMinAlphaBar, 0, 0, Bound.HYBRID);
    }

    /** The same weights with another bound. */
    public LossWeights withBound(Bound other) {
        return new LossWeights(eps, x0, mu, lpips, lpipsMinAlphaBar, metric, metricMinAlphaBar, other);
    }

    /** The names of a model's loss terms, in order: its own and, with weights for them, those of the metrics. */
    public List<String> terms(ModelSpec model) {
        var terms = new ArrayList<>(model.lossTerms());
        if (lpips > 0) {
            terms.add(LPIPS);
        }
        if (metric > 0) {
            terms.add(METRIC);
        }
        return List.copyOf(terms);
    }

    /** The weights of the named terms, in their order. */
    public double[] of(List<String> terms) {
        return terms.stream()
                .mapToDouble(term -> switch (term) {
                    case "eps" -> eps;
                    case "x0" -> x0;
                    case "mu" -> mu;
                    case BOUND -> bound.weight();
                    case LPIPS -> lpips;
                    case METRIC -> metric;
                    default -> throw new IllegalArgumentException("No loss term " + term);
                })
                .toArray();
    }
}
