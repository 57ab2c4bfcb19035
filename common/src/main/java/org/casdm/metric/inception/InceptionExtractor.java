package org.casdm.metric.inception;

import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.kernel.Parallel;

/** An Inception network on images of any size. */
final class InceptionExtractor implements FeatureExtractor {

    private final FeatureInfo info;
    private final InceptionResize resize;
    private final FeatureNetwork network;
    private final Parallel parallel;
    private ImagePreparation lastPreparation;
    private float[] staging = new float[0];

    InceptionExtractor(FeatureInfo info, InceptionResize resize, FeatureNetwork network, int threads) {
        this.info = info;
        this.resize = resize;
        this.network = network;
        parallel = new Parallel(threads);
    }

    @Override
    public FeatureInfo info() {
        return info;
    }

    @Override
    public int preferredBatch() {
        return network.imagesAtOnce();
    }

    @Override
    public Features extract(ImageBatch images) {
        int count = images.count();
        var features = new Features(
                count,
                new float[count * info.pooledDimension()],
                new float[count * info.spatialDimension()],
                new float[count * info.classes()]);
        if (lastPreparation == null || !lastPreparation.fits(images)) {
            lastPreparation = new ImagePreparation(resize, images.height(), images.width());
        }
        int most = network.imagesAtOnce();
        for (int from = 0; from < count; from += most) {
            int part = Math.min(most, count - from);
            network.compute(prepared(images, from, part), part, features, from);
        }
        return features;
    }

    private float[] prepared(ImageBatch images, int first, int count) {
        int values = count * InceptionLayout.SIDE * InceptionLayout.SIDE * ImageBatch.CHANNELS;
        if (staging.length != values) {
            staging = new float[values];
        }
        lastPreparation.apply(images, first, count, staging, parallel);
        return staging;
    }

    @Override
    public void close() {
        network.close();
        parallel.close();
    }
}
