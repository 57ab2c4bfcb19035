package org.casdm.cascade;

import java.io.Serializable;
import java.util.List;

/**
 * The weights of the loss terms.
 *
 * @param eps of ‖ε_θ - ε‖²
 * @param x0 of ‖x_0^φ - x_0‖²
 * @param mu of ‖μ - μ̃‖²
 */
public record LossWeights(double eps, double x0, double mu) implements Serializable {

    /** The weights of the named terms, in their order. */
    public double[] of(List<String> terms) {
        return terms.stream().mapToDouble(term -> switch (term) {
            case "eps" -> eps;
            case "x0" -> x0;
            case "mu" -> mu;
            default -> throw new IllegalArgumentException("No loss term " + term);
        }).toArray();
    }
}
