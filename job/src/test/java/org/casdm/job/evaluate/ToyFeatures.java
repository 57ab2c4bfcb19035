package org.casdm.job.evaluate;

import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.random.CounterRandom;

/**
 * A network that takes no time: random projections of the pixels.
 *
 * @param pooled  pooled features
 * @param spatial spatial features
 * @param classes logits
 * @param slowness milliseconds for a batch
 * @param damaged whether the features of images whose first byte is 0 are not finite
 */
record ToyFeatures(int pooled, int spatial, int classes, int slowness, boolean damaged)
        implements FeatureExtractorSpec {

    static final int BATCH = 7;
    private static final int USED = 12;

    ToyFeatures() {
        this(10, 5, 4, 0, false);
    }

    @Override
    public FeatureModel load(Configuration hadoop) {
        var info = new FeatureInfo(
                "toy", Optional.of("toy"), "plain", pooled, spatial, classes, "random", Optional.empty(), false);
        return new FeatureModel() {
            @Override
            public FeatureInfo info() {
                return info;
            }

            @Override
            public FeatureExtractor newExtractor(int threads) {
                return new Extractor(ToyFeatures.this, info);
            }

            @Override
            public void close() {
                // Nothing is allocated.
            }
        };
    }

    private record Extractor(ToyFeatures toy, FeatureInfo info) implements FeatureExtractor {

        @Override
        public int preferredBatch() {
            return BATCH;
        }

        @Override
        public Features extract(ImageBatch images) {
            pause();
            return new Features(
                    images.count(),
                    project(images, toy.pooled, 1),
                    project(images, toy.spatial, 2),
                    project(images, toy.classes, 3));
        }

        private float[] project(ImageBatch images, int dimensions, long kind) {
            var features = new float[images.count() * dimensions];
            for (int image = 0; image < images.count(); image++) {
                for (int i = 0; i < dimensions; i++) {
                    double sum = 0;
                    for (int j = 0; j < Math.min(USED, images.imageBytes()); j++) {
                        sum += (images.pixels()[image * images.imageBytes() + j] & 0xff)
                                / 255.0
                                * CounterRandom.uniform(kind, i * USED + j);
                    }
                    boolean lost = toy.damaged && images.pixels()[image * images.imageBytes()] == 0;
                    features[image * dimensions + i] = lost ? Float.NaN : (float) sum;
                }
            }
            return features;
        }

        private void pause() {
            try {
                Thread.sleep(toy.slowness);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            // Nothing is allocated.
        }
    }
}
