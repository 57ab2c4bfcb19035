package org.casdm.metric.inception;

import java.util.Optional;
import java.util.function.Supplier;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.metric.feature.FeatureNetwork;

/**
 * Inception networks of an engine, and extractors that use them.
 *
 * @param networks makes a network for an extractor
 * @param weights frees what the networks share
 */
record InceptionModel(FeatureInfo info, InceptionResize resize, Supplier<FeatureNetwork> networks, Runnable weights)
        implements FeatureModel {

    static InceptionModel of(
            InceptionSpec spec, Optional<String> sha256, Supplier<FeatureNetwork> networks, Runnable weights) {
        var info = new FeatureInfo(
                "Inception v3 (2015-12-05)",
                Optional.empty(),
                spec.resize().label(),
                InceptionLayout.POOLED,
                InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_CHANNELS,
                InceptionLayout.CLASSES,
                spec.weights().toString(),
                sha256,
                sha256.isPresent());
        return new InceptionModel(info, spec.resize(), networks, weights);
    }

    @Override
    public FeatureExtractor newExtractor(int threads) {
        return new InceptionExtractor(info, resize, networks.get(), threads);
    }

    @Override
    public void close() {
        weights.run();
    }
}
