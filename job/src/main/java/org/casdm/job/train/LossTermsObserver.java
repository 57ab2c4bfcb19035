package org.casdm.job.train;

import org.casdm.cascade.CascadeGraph;
import org.casdm.job.rounds.StepObservation;
import org.casdm.job.rounds.StepObserver;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Reports the unweighted loss terms of each step. */
record LossTermsObserver() implements StepObserver {

    @Override
    public StepObservation observe(ComputationGraph graph) {
        return StepObservation.of(((CascadeGraph) graph).lastTerms());
    }
}
