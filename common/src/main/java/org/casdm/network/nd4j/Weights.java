package org.casdm.network.nd4j;

import org.casdm.network.UNetParameters;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Views of a network's flat parameter and gradient vectors by name. */
final class Weights {

    private final UNetParameters layout;
    private final INDArray values;
    private final INDArray gradients;

    /**
     * @param values flat vector of all parameters
     * @param gradients flat vector that receives their gradients; null for a network that only computes
     */
    Weights(UNetParameters layout, INDArray values, INDArray gradients) {
        this.layout = layout;
        this.values = flat(layout, values);
        this.gradients = gradients == null ? null : flat(layout, gradients);
    }

    private static INDArray flat(UNetParameters layout, INDArray vector) {
        if (vector.length() != layout.length()) {
            throw new IllegalArgumentException(
                    "The network has " + layout.length() + " parameters, the vector " + vector.length());
        }
        return vector.reshape(vector.length());
    }

    /** The parameter in memory's shape: a view. */
    INDArray value(String name) {
        return view(values, name);
    }

    /** Where the parameter's gradient goes: a view, or null. */
    INDArray gradient(String name) {
        return gradients == null ? null : view(gradients, name);
    }

    private INDArray view(INDArray vector, String name) {
        var parameter = layout.get(name);
        return vector.get(NDArrayIndex.interval(parameter.offset(), parameter.offset() + parameter.length()))
                .reshape('c', parameter.memoryShape());
    }
}
