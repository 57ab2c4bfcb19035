package org.casdm.job.evaluate.result;

import java.util.Map;
import java.util.OptionalLong;
import org.casdm.metric.feature.FeatureInfo;

/**
 * The numbers of a set of samples.
 *
 * @param samples         where they are
 * @param step            of the training run that they were drawn from
 * @param sampleCount     samples that features were computed of
 * @param sampleSkipped   samples that could not be used
 * @param reference       where the reference set is; null if there is none
 * @param referenceCount  its images; empty for stored statistics
 * @param features        what features were compared
 * @param values          of the metrics, in the order of {@link Metric}, with what belongs to them
 * @param manifoldSamples samples that metrics of single images looked at; 0 if there was no such metric
 * @param manifoldReference images of the reference set that they looked at
 * @param seed            by which those were chosen
 */
public record Evaluation(
        String samples,
        OptionalLong step,
        long sampleCount,
        long sampleSkipped,
        String reference,
        OptionalLong referenceCount,
        FeatureInfo features,
        Map<Metric, MetricValue> values,
        int manifoldSamples,
        int manifoldReference,
        long seed) {

    /**
     * A metric's value.
     *
     * @param value  the number
     * @param beside more that belongs to it, by name: a deviation, the number of splits
     */
    public record MetricValue(double value, Map<String, Number> beside) {
        public static MetricValue of(double value) {
            return new MetricValue(value, Map.of());
        }
    }
}
