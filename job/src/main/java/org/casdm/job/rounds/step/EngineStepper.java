package org.casdm.job.rounds.step;

import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.TrainingStep;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.casdm.job.rounds.state.FlatVector;
import org.casdm.job.rounds.state.GraphState;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Steps of an engine; the graph only holds the state between rounds.
 *
 * @param graph the state, with an optimizer that has two moments
 * @param state its arrays
 * @param step takes the steps; closed with this
 * @param observer reports the loss terms
 */
public record EngineStepper(ComputationGraph graph, GraphState state, TrainingStep step, StepObserver observer)
        implements GraphStepper {

    @Override
    public void load() {
        step.load(state.onHost());
    }

    @Override
    public void ahead(Supplier<Optional<MultiDataSet>> next) {
        step.ahead(() -> next.get().map(minibatch -> ((BatchDataSet) minibatch).batch()));
    }

    @Override
    public Result step(MultiDataSet minibatch, long number, long seed, SkipListener listener) {
        var batch = ((BatchDataSet) minibatch).batch();
        var outcome = step.step(batch, number, seed);
        if (outcome.skipped()) {
            store();
            step.storeGradient(gradient());
            listener.skipping(outcome);
        }
        return new Result(outcome, observer.observe(outcome));
    }

    private FloatPointer gradient() {
        if (graph.getFlattenedGradients() == null) {
            graph.initGradientsView();
        }
        return FlatVector.of("gradient", graph.getFlattenedGradients()).pointer();
    }

    @Override
    public void store() {
        step.store(state.onHost());
        state.written();
    }

    @Override
    public void close() {
        step.close();
    }
}
