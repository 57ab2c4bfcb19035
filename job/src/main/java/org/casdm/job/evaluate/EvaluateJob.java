package org.casdm.job.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.JobFailure;
import org.casdm.job.evaluate.result.Evaluation;

/**
 * Judges sets of samples that are there. The numbers do not depend on the number of executors; the threads that BLAS
 * takes may change their last bits.
 */
public final class EvaluateJob {

    private final EvaluationSettings settings;
    private final List<LabelledSamples> samples;

    /**
     * @param samples the sets, at least one
     * @throws IllegalArgumentException if there is none
     */
    public EvaluateJob(EvaluationSettings settings, List<LabelledSamples> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("there are no samples to evaluate");
        }
        this.settings = settings;
        this.samples = List.copyOf(samples);
    }

    /**
     * Evaluates all samples, one set after the other.
     *
     * @return the numbers of all sets
     * @throws IOException if a set or the weights cannot be read, or results cannot be written
     * @throws JobFailure if sets or features do not go together
     */
    public List<Evaluation> run(JavaSparkContext spark) throws IOException {
        try (var evaluator = new Evaluator(spark, settings, Optional.empty())) {
            var images = evaluator.find(samples);
            var evaluations = new ArrayList<Evaluation>();
            for (int i = 0; i < images.size(); i++) {
                evaluations.add(evaluator.evaluate(samples.get(i), images.get(i)));
            }
            return evaluations;
        }
    }
}
