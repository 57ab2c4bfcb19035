package org.casdm.metric.inception;

import java.util.Optional;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureModel;

/** The Inception network's weights, and extractors that share them. */
final class InceptionModel implements FeatureModel {

    private final FeatureInfo info;
    private final InceptionResize resize;
    private final InceptionWeights weights;

    InceptionModel(InceptionSpec spec, InceptionWeights weights) {
        this.resize = spec.resize();
        this.weights = weights;
        info = new FeatureInfo(
                "Inception v3 (2015-12-05)",
                Optional.empty(),
                resize.label(),
                InceptionLayout.POOLED,
                InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_CHANNELS,
                InceptionLayout.CLASSES,
                spec.weights().toString(),
                weights.sha256(),
                weights.sha256().isPresent());
    }

    @Override
    public FeatureInfo info() {
        return info;
    }

    @Override
    public FeatureExtractor newExtractor(int threads) {
        return new InceptionExtractor(info, resize, weights, threads);
    }

    @Override
    public void close() {
        weights.close();
    }
}
