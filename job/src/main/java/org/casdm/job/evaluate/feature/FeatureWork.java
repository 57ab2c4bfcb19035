package org.casdm.job.evaluate.feature;

import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.engine.EngineRequest;
import org.casdm.metric.Subsample;
import org.casdm.metric.SummaryContent;
import org.casdm.metric.feature.FeatureExtractorSpec;

/**
 * What every task on a set of images has to know.
 *
 * @param evaluationId tells evaluations apart
 * @param extractor    gives features
 * @param content      what to keep of all images
 * @param kept         the images whose pooled features are kept
 * @param saveTo       folder for the features of all images; null for nowhere
 * @param threads      host threads of a task
 * @param engine       what is to compute
 * @param hadoop       how to reach the storage
 */
public record FeatureWork(
        String evaluationId,
        FeatureExtractorSpec extractor,
        SummaryContent content,
        Subsample kept,
        String saveTo,
        int threads,
        EngineRequest engine,
        Broadcast<SerializableConfiguration> hadoop)
        implements Serializable {

    Optional<String> folder() {
        return Optional.ofNullable(saveTo);
    }
}
