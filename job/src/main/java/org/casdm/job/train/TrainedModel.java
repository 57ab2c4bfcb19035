package org.casdm.job.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelTensors;
import org.casdm.optimizer.ExponentialMovingAverage;
import org.casdm.optimizer.PowerFunctionAverage;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Everything that training changes: parameters, optimizer state and moving averages, on the driver. */
final class TrainedModel {

    private final ModelSpec spec;
    private final CascadeGraph graph;
    private final ModelTensors tensors;
    private final List<ExponentialMovingAverage> averages = new ArrayList<>();
    private final List<PowerFunctionAverage> powerAverages = new ArrayList<>();
    private final Optional<INDArray> outerMomentum;

    /**
     * A model whose averages start from the graph's parameters.
     *
     * @param outer whether an outer optimizer trains it, whose momentum starts from 0
     */
    TrainedModel(ModelSpec spec, CascadeGraph graph, List<Double> emaRates, List<Double> emaStds, boolean outer) {
        this.spec = spec;
        this.graph = graph;
        tensors = new ModelTensors(spec);
        for (double rate : emaRates) {
            averages.add(new ExponentialMovingAverage(rate, graph.params().dup()));
        }
        for (double std : emaStds) {
            powerAverages.add(new PowerFunctionAverage(std, graph.params().dup()));
        }
        outerMomentum = outer ? Optional.of(Nd4j.create(DataType.FLOAT, tensors.length())) : Optional.empty();
    }

    ModelSpec spec() {
        return spec;
    }

    ModelTensors tensors() {
        return tensors;
    }

    List<ExponentialMovingAverage> averages() {
        return averages;
    }

    List<PowerFunctionAverage> powerAverages() {
        return powerAverages;
    }

    INDArray parameters() {
        return graph.params();
    }

    /** Adam's first moments, a view. */
    INDArray firstMoments() {
        return half(0);
    }

    /** Adam's second moments, a view. */
    INDArray secondMoments() {
        return half(1);
    }

    /** The momentum of the outer optimizer, if there is one. */
    Optional<INDArray> outerMomentum() {
        return outerMomentum;
    }

    private INDArray half(int index) {
        // One optimizer for all parameters: its state is all first moments, then all second ones.
        var state = graph.getUpdater().getStateViewArray();
        var flat = state.reshape(state.length());
        long length = tensors.length();
        return flat.get(NDArrayIndex.interval(index * length, (index + 1) * length));
    }

    /** Makes the moving averages start anew from the present parameters. */
    void restartAverages() {
        averages.forEach(average -> average.average().assign(graph.params()));
    }

    /**
     * Takes the present parameters into the moving averages.
     *
     * @param step steps of the run so far
     * @param steps taken since the last time
     */
    void updateAverages(long step, int steps) {
        averages.forEach(average -> average.update(graph.params(), steps));
        powerAverages.forEach(average -> average.update(graph.params(), step, steps));
    }
}
