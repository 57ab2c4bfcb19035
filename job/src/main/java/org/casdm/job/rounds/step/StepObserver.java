package org.casdm.job.rounds.step;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.casdm.engine.StepOutcome;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Looks at a worker's graph after each step, on the executor, to report what happened in it. */
public interface StepObserver extends Serializable {

    /**
     * Called after each {@code fit} of a graph that trains itself, on the thread that trained. Observes nothing by
     * default.
     *
     * @param graph the worker's graph; not to be changed
     * @return the terms of the loss
     */
    default StepObservation observe(ComputationGraph graph) {
        return StepObservation.NOTHING;
    }

    /**
     * Called after each step that an engine took. Observes nothing by default.
     *
     * @param outcome of the step
     * @return the terms of the loss
     */
    default StepObservation observe(StepOutcome outcome) {
        return StepObservation.NOTHING;
    }

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
