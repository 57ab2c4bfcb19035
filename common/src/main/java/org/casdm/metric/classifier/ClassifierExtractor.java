package org.casdm.metric.classifier;

import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;

/** A classifier's features and logits, of images of its size alone. */
final class ClassifierExtractor implements FeatureExtractor {

    private static final float[] NONE = new float[0];

    private final FeatureInfo info;
    private final ClassifierLayout layout;
    private final FeatureNetwork network;

    ClassifierExtractor(FeatureInfo info, ClassifierLayout layout, FeatureNetwork network) {
        this.info = info;
        this.layout = layout;
        this.network = network;
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
        if (images.height() != layout.size() || images.width() != layout.size()) {
            throw new IllegalArgumentException("The classifier " + info.weights() + " takes images of " + layout.size()
                    + "x" + layout.size() + " pixels, not " + images.height() + "x" + images.width() + ": resize the"
                    + " images, or train a classifier for their size (casdm train-classifier --size " + images.height()
                    + ")");
        }
        int count = images.count();
        var features =
                new Features(count, new float[count * layout.features()], NONE, new float[count * layout.classes()]);
        int most = network.imagesAtOnce();
        for (int from = 0; from < count; from += most) {
            int part = Math.min(most, count - from);
            network.compute(ClassifierInput.values(images, from, part), part, features, from);
        }
        return features;
    }

    @Override
    public void close() {
        network.close();
    }
}
