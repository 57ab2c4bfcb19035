package org.casdm.job.evaluate;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.casdm.job.evaluate.result.Evaluation.MetricValue;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.metric.FeatureMatrix;
import org.casdm.metric.FrechetDistance;
import org.casdm.metric.GaussianStatistics;
import org.casdm.metric.KernelDistance;
import org.casdm.metric.PrecisionRecall;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Computes metrics of two sets whose features are known. */
final class Comparison {

    private static final Logger LOG = LoggerFactory.getLogger(Comparison.class);
    /** torch-fidelity's. */
    private static final int SUBSETS = 100;

    private static final int SUBSET_SIZE = 1000;

    private final Set<Metric> metrics;
    private final long seed;

    /** @param seed decides the subsets of the kernel distance */
    Comparison(Set<Metric> metrics, long seed) {
        this.metrics = metrics;
        this.seed = seed;
    }

    /**
     * Computes all.
     *
     * @param reference null if all metrics are of the samples alone
     */
    Map<Metric, MetricValue> compare(SetFeatures samples, SetFeatures reference) {
        var values = new EnumMap<Metric, MetricValue>(Metric.class);
        if (metrics.contains(Metric.FID)) {
            values.put(
                    Metric.FID,
                    frechet(samples.pooled().orElseThrow(), reference.pooled().orElseThrow()));
        }
        if (metrics.contains(Metric.SFID)) {
            values.put(
                    Metric.SFID,
                    frechet(samples.spatial().orElseThrow(), reference.spatial().orElseThrow()));
        }
        samples.score()
                .ifPresent(score -> values.put(
                        Metric.IS,
                        new MetricValue(
                                score.mean(), ordered("isDeviation", score.deviation(), "isSplits", score.splits()))));
        if (metrics.contains(Metric.KID)) {
            values.put(
                    Metric.KID,
                    kernel(samples.kept().orElseThrow(), reference.kept().orElseThrow()));
        }
        if (metrics.contains(Metric.PRECISION) || metrics.contains(Metric.RECALL)) {
            LOG.info(
                    "comparing {} samples with {} images of the reference set one by one",
                    samples.kept().orElseThrow().rows(),
                    reference.kept().orElseThrow().rows());
            var manifolds = PrecisionRecall.between(
                    reference.kept().orElseThrow(), samples.kept().orElseThrow(), PrecisionRecall.NEIGHBOURS);
            if (metrics.contains(Metric.PRECISION)) {
                values.put(Metric.PRECISION, MetricValue.of(manifolds.precision()));
            }
            if (metrics.contains(Metric.RECALL)) {
                values.put(Metric.RECALL, MetricValue.of(manifolds.recall()));
            }
        }
        return values;
    }

    private static MetricValue frechet(GaussianStatistics samples, GaussianStatistics reference) {
        return MetricValue.of(FrechetDistance.between(samples, reference));
    }

    private MetricValue kernel(FeatureMatrix samples, FeatureMatrix reference) {
        double all = KernelDistance.between(samples, reference);
        if (Math.min(samples.rows(), reference.rows()) < SUBSET_SIZE) {
            return MetricValue.of(all);
        }
        var subsets = KernelDistance.overSubsets(samples, reference, SUBSETS, SUBSET_SIZE, seed);
        return new MetricValue(
                all, ordered("kidSubsetMean", subsets.mean(), "kidSubsetDeviation", subsets.deviation()));
    }

    private static Map<String, Number> ordered(String firstName, Number first, String secondName, Number second) {
        var numbers = new LinkedHashMap<String, Number>();
        numbers.put(firstName, first);
        numbers.put(secondName, second);
        return numbers;
    }
}
