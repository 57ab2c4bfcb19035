package org.casdm.metric.classifier;

import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link ClassifierNetwork} between arrays of the Java heap. */
final class Nd4jClassifier implements FeatureNetwork {

    /**
     * A pass always computes as many: oneDNN chooses its code by the number of images, and with it the order of sums.
     */
    private static final int IMAGES_AT_ONCE = 32;

    private final ClassifierLayout layout;
    private final ClassifierNetwork network;

    Nd4jClassifier(ClassifierLayout layout, INDArray parameters) {
        this.layout = layout;
        network = new ClassifierNetwork(layout, parameters, null);
    }

    @Override
    public int imagesAtOnce() {
        return IMAGES_AT_ONCE;
    }

    @Override
    public void compute(float[] images, int count, Features features, int first) {
        // Of a pass that failed.
        network.arena().abandonTaken();
        var input = network.arena().take(IMAGES_AT_ONCE, layout.size(), layout.size(), ImageBatch.CHANNELS);
        HostMemory.uploadAndFill(images, count * layout.size() * layout.size() * ImageBatch.CHANNELS, input);
        var result = network.compute(input);
        move(result.features(), features.pooled(), count, first);
        move(result.logits(), features.logits(), count, first);
    }

    private void move(INDArray array, float[] target, int count, int first) {
        int ofImage = (int) (array.length() / IMAGES_AT_ONCE);
        HostMemory.download(array, target, ofImage * first, ofImage * count);
        network.arena().release(array);
    }

    @Override
    public void close() {
        network.close();
    }
}
