package org.casdm.cascade.graph;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The last step of every loss: terms [images, terms] weighted, summed, averaged over the images. The weights are
 * where DL4J puts labels, in the same shape.
 *
 * <p>The gradient is that of the mean; the graph must not divide by the batch again ({@code miniBatch(false)}).
 */
public record WeightedMean() implements ILossFunction {

    @Override
    public double computeScore(
            INDArray weights, INDArray terms, IActivation activation, INDArray mask, boolean average) {
        if (!weights.equalShapes(terms)) {
            throw new IllegalArgumentException("Weights of " + weights.size(1) + " loss terms for a graph that has "
                    + terms.size(1) + ": the weight of lpips has to be above 0 for a graph with LPIPS, 0 for others");
        }
        double sum = weights.mul(terms).sumNumber().doubleValue();
        return average ? sum / terms.size(0) : sum;
    }

    @Override
    public INDArray computeScoreArray(INDArray weights, INDArray terms, IActivation activation, INDArray mask) {
        return weights.mul(terms).sum(true, 1);
    }

    @Override
    public INDArray computeGradient(INDArray weights, INDArray terms, IActivation activation, INDArray mask) {
        return weights.div(terms.size(0));
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray weights, INDArray terms, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(weights, terms, activation, mask, average),
                computeGradient(weights, terms, activation, mask));
    }

    @Override
    public String name() {
        return "WeightedMean";
    }
}
