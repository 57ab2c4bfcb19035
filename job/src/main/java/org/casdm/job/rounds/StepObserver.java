package org.casdm.job.rounds;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Looks at a worker's graph after each step, on the executor, to report what happened in it. */
@FunctionalInterface
public interface StepObserver extends Serializable {

    /**
     * Called after each {@code fit}, on the thread that trained.
     *
     * @param graph the worker's graph; not to be changed
     * @return the terms of the loss
     */
    StepObservation observe(ComputationGraph graph);

    /**
     * Called within a step that is skipped because its loss or gradient is not finite, to keep what a person needs to
     * find out why. Only for a worker's first such step in a round: its parameters are the same in the next, if no good
     * step comes between. Does nothing by default.
     *
     * @return where it is kept; empty if it is not
     * @throws IOException if it cannot be kept; the round goes on, and tells why in {@link SkippedStep#kept}
     */
    default Optional<String> keep(SkippedState state) throws IOException {
        return Optional.empty();
    }

    /** Observes nothing: only the score is reported. */
    static StepObserver scoreOnly() {
        return new ScoreOnlyObserver();
    }
}
