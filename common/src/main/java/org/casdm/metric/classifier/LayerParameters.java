package org.casdm.metric.classifier;

import org.casdm.network.Parameter;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A layer's parameters and where their gradients go: views of the network's flat vectors.
 *
 * @param weightGradient null for a network that only computes
 * @param biasGradient null for a network that only computes
 */
record LayerParameters(INDArray weight, INDArray bias, INDArray weightGradient, INDArray biasGradient) {

    /**
     * The views for a layer.
     *
     * @param values all parameters, [length]
     * @param gradients their gradients, [length], or null
     */
    static LayerParameters of(ClassifierLayout layout, String layer, INDArray values, INDArray gradients) {
        var weight = find(layout, layer + ".weight");
        var bias = find(layout, layer + ".bias");
        return new LayerParameters(
                view(values, weight), view(values, bias), view(gradients, weight), view(gradients, bias));
    }

    private static Parameter find(ClassifierLayout layout, String name) {
        return layout.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static INDArray view(INDArray vector, Parameter parameter) {
        if (vector == null) {
            return null;
        }
        return vector.get(NDArrayIndex.interval(parameter.offset(), parameter.offset() + parameter.length()))
                .reshape('c', parameter.memoryShape());
    }
}
