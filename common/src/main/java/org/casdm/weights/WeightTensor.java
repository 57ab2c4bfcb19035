package org.casdm.weights;

import java.util.List;
import org.casdm.network.Parameter;

/**
 * A tensor that a file of published weights should hold.
 *
 * @param parameter its name, its shape and its layouts
 * @param names all names under which files have it, the published one first
 */
public record WeightTensor(Parameter parameter, List<String> names) {

    public WeightTensor {
        names = List.copyOf(names);
    }

    /** A tensor that all files call by its parameter's name. */
    public static WeightTensor of(Parameter parameter) {
        return new WeightTensor(parameter, List.of(parameter.name()));
    }
}
