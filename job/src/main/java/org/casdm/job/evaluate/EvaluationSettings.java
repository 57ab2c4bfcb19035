package org.casdm.job.evaluate;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.casdm.engine.EngineRequest;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.inception.InceptionSpec;

/**
 * What to evaluate, and how.
 *
 * @param reference      what to compare samples with: images or stored statistics
 * @param extractor      gives features
 * @param metrics        what to compute; empty for what can be: FID, sFID and the Inception Score
 * @param size           width and height that pictures are scaled and cropped to; empty for that of the other set, or
 *                       their own
 * @param maximumImages  images of each set that metrics of single images look at, at most
 * @param seed           decides which those are
 * @param saveStatistics where mean and covariance of the reference set go, or of the samples if there is none
 * @param saveFeatures   folder for the features of all images
 * @param cache          folder for pictures that are prepared on the way; empty for the usual place
 * @param engine         what is to compute features, and samples that are drawn
 */
public record EvaluationSettings(
        Optional<String> reference,
        FeatureExtractorSpec extractor,
        Set<Metric> metrics,
        OptionalInt size,
        int maximumImages,
        long seed,
        Optional<String> saveStatistics,
        Optional<String> saveFeatures,
        Optional<String> cache,
        EngineRequest engine) {

    /** What is computed unless something else is asked for. */
    static final Set<Metric> USUAL = Set.of(Metric.FID, Metric.SFID, Metric.IS);

    /** @throws IllegalArgumentException if settings contradict each other; the message is for the user */
    public EvaluationSettings {
        metrics = Set.copyOf(metrics);
        if (reference.isEmpty() && metrics.stream().anyMatch(Metric::needsReference)) {
            throw new IllegalArgumentException("without --reference the only metric is the Inception Score (is)");
        }
        if (maximumImages < 2) {
            throw new IllegalArgumentException(
                    "metrics of single images need at least two images, not " + maximumImages);
        }
        size.ifPresent(pixels -> {
            if (pixels < 1) {
                throw new IllegalArgumentException("images have at least one pixel, not " + pixels);
            }
        });
    }

    /** The metrics to compute of such features; those asked for by name are among them even if they cannot be. */
    Set<Metric> chosen() {
        return metrics.isEmpty() ? USUAL : metrics;
    }

    /** What to tell people whose weights are not there. */
    String withoutWeights() {
        return extractor instanceof InceptionSpec ? InceptionSpec.WEIGHTS_NEEDED : "";
    }
}
