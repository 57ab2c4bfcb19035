package org.casdm.job.rounds;

import java.io.Serializable;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Looks at a worker's graph after each step, on the executor, to report what happened in it. */
@FunctionalInterface
public interface StepObserver extends Serializable {

    /**
     * Called after each {@code fit}, on the thread that trained.
     *
     * @param graph the worker's graph; not to be changed
     * @return the terms of the loss, and the gradient's norm if it is known
     */
    StepObservation observe(ComputationGraph graph);

    /** Observes nothing: only the score is reported. */
    static StepObserver scoreOnly() {
        return new ScoreOnlyObserver();
    }
}
