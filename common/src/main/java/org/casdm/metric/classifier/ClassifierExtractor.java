package org.casdm.metric.classifier;

import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A classifier's features and logits, of images of its size alone. */
final class ClassifierExtractor implements FeatureExtractor {

    private static final int IMAGES_AT_ONCE = 128;
    private static final float[] NONE = new float[0];

    private final FeatureInfo info;
    private final ClassifierLayout layout;
    private final ClassifierNetwork network;
    private int lastCount;

    ClassifierExtractor(FeatureInfo info, ClassifierLayout layout, INDArray parameters) {
        this.info = info;
        this.layout = layout;
        network = new ClassifierNetwork(layout, parameters, null);
    }

    @Override
    public FeatureInfo info() {
        return info;
    }

    @Override
    public int preferredBatch() {
        return IMAGES_AT_ONCE;
    }

    @Override
    public Features extract(ImageBatch images) {
        if (images.height() != layout.size() || images.width() != layout.size()) {
            throw new IllegalArgumentException("The classifier " + info.weights() + " takes images of " + layout.size()
                    + "x" + layout.size() + " pixels, not " + images.height() + "x" + images.width() + ": bring the"
                    + " images to its size, or let \"casdm train-classifier --size " + images.height() + "\" train one"
                    + " for theirs");
        }
        int count = images.count();
        var features = new Features(
                count, new float[count * ClassifierLayout.FEATURES], NONE, new float[count * layout.classes()]);
        network.arena().abandonTaken();
        for (int from = 0; from < count; from += IMAGES_AT_ONCE) {
            extract(images, from, Math.min(IMAGES_AT_ONCE, count - from), features);
        }
        return features;
    }

    private void extract(ImageBatch images, int first, int count, Features features) {
        if (count != lastCount) {
            // Memory in other sizes is of no more use.
            network.arena().close();
            lastCount = count;
        }
        var input = ClassifierInput.upload(images, first, count, network.arena());
        var result = network.compute(input);
        move(result.features(), features.pooled(), first * ClassifierLayout.FEATURES);
        move(result.logits(), features.logits(), first * layout.classes());
    }

    private void move(INDArray array, float[] target, int start) {
        HostMemory.download(array, target, start);
        network.arena().release(array);
    }

    @Override
    public void close() {
        network.close();
    }
}
