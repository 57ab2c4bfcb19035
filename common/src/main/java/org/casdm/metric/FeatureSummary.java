package org.casdm.metric;

import java.io.Serializable;
import java.util.Optional;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.Features;

/**
 * What metrics keep of a set's features: a few matrices, whatever the number of images. Instances merge. For use by one
 * thread.
 */
public final class FeatureSummary implements Serializable {

    private static final long serialVersionUID = 1;

    private long images;
    private final FeatureMoments pooled;
    private final FeatureMoments spatial;
    private final InceptionScore score;

    /**
     * @param content what to keep
     * @param info    the features that will come
     */
    public FeatureSummary(SummaryContent content, FeatureInfo info) {
        pooled = content.pooled() ? new FeatureMoments(info.pooledDimension()) : null;
        spatial = content.spatial() ? new FeatureMoments(info.spatialDimension()) : null;
        score = content.score() ? new InceptionScore(InceptionScore.SPLIT_SIZE, info.classes()) : null;
    }

    /**
     * Takes images.
     *
     * @param features of them
     * @param places   the place of each in the set, at least as many; used only for the score
     */
    public void add(Features features, long[] places) {
        images += features.count();
        if (pooled != null) {
            pooled.add(features.pooled(), features.count());
        }
        if (spatial != null) {
            spatial.add(features.spatial(), features.count());
        }
        if (score != null) {
            int classes = features.logits().length / features.count();
            for (int i = 0; i < features.count(); i++) {
                score.add(places[i], features.logits(), i * classes);
            }
        }
    }

    /**
     * Takes what another instance has, which was made alike and of later images.
     *
     * @return this
     */
    public FeatureSummary merge(FeatureSummary other) {
        images += other.images;
        if (pooled != null) {
            pooled.merge(other.pooled);
        }
        if (spatial != null) {
            spatial.merge(other.spatial);
        }
        if (score != null) {
            score.merge(other.score);
        }
        return this;
    }

    /** Images whose features are in it. */
    public long images() {
        return images;
    }

    /** Moments of the pooled features, if they were asked for. */
    public Optional<FeatureMoments> pooled() {
        return Optional.ofNullable(pooled);
    }

    /** Moments of the spatial features, if they were asked for. */
    public Optional<FeatureMoments> spatial() {
        return Optional.ofNullable(spatial);
    }

    /** The Inception Score, if it was asked for. */
    public Optional<InceptionScore> score() {
        return Optional.ofNullable(score);
    }
}
