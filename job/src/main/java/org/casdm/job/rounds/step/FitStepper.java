package org.casdm.job.rounds.step;

import org.casdm.engine.StepOutcome;
import org.casdm.optimizer.GuardedUpdater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's own {@code fit}: the graph computes itself, on its arrays.
 *
 * @param graph with a {@link GuardedUpdater}
 * @param observer reports the loss terms
 */
public record FitStepper(ComputationGraph graph, StepObserver observer) implements GraphStepper {

    private static final double[][] NO_TERMS = {};

    @Override
    public void load() {
        // The state is where it is used.
    }

    @Override
    public Result step(MultiDataSet minibatch, long step, long seed, SkipListener listener) {
        Nd4j.getRandom().setSeed(seed);
        var updater = (GuardedUpdater) graph.getUpdater();
        updater.setListener((score, norm) -> listener.skipping(new StepOutcome(score, NO_TERMS, norm, true)));
        graph.fit(minibatch);
        updater.setListener(GuardedUpdater.NOBODY);
        return new Result(
                new StepOutcome(graph.score(), NO_TERMS, updater.gradientNorm(), updater.skipped()),
                observer.observe(graph));
    }

    @Override
    public void store() {
        // The state is where it is used.
    }

    @Override
    public void close() {
        // The slot closes the graph.
    }
}
