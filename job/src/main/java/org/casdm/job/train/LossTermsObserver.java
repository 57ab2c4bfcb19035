package org.casdm.job.train;

import java.util.Arrays;
import org.casdm.cascade.CascadeGraph;
import org.casdm.job.rounds.StepObservation;
import org.casdm.job.rounds.StepObserver;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Reports the unweighted loss terms of each step, and each image's LPIPS distance where that is a term. */
record LossTermsObserver() implements StepObserver {

    @Override
    public StepObservation observe(ComputationGraph graph) {
        var cascade = (CascadeGraph) graph;
        return new StepObservation(cascade.lastTerms(), Double.NaN,
                cascade.lpips().isPresent() ? distances(cascade.lastTermsOfImages()) : new double[0]);
    }

    /** LPIPS is the last of the terms. */
    private static double[] distances(double[][] termsOfImages) {
        return Arrays.stream(termsOfImages).mapToDouble(terms -> terms[terms.length - 1]).toArray();
    }
}
