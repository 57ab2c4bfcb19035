package org.casdm.job.rounds;

import org.deeplearning4j.nn.graph.ComputationGraph;

/** Observes nothing. */
record ScoreOnlyObserver() implements StepObserver {

    @Override
    public StepObservation observe(ComputationGraph graph) {
        return StepObservation.NOTHING;
    }
}
