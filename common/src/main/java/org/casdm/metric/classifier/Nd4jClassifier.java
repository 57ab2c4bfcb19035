package org.casdm.metric.classifier;

import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link ClassifierNetwork} between arrays of the Java heap. */
final class Nd4jClassifier implements FeatureNetwork {

    private final ClassifierLayout layout;
    private final ClassifierNetwork network;
    private int lastCount;

    Nd4jClassifier(ClassifierLayout layout, INDArray parameters) {
        this.layout = layout;
        network = new ClassifierNetwork(layout, parameters, null);
    }

    @Override
    public int imagesAtOnce() {
        return ClassifierLayout.IMAGES_AT_ONCE;
    }

    @Override
    public void compute(float[] images, int count, Features features, int first) {
        // Of a pass that failed.
        network.arena().abandonTaken();
        if (count != lastCount) {
            // Memory in other sizes is of no more use.
            network.arena().close();
            lastCount = count;
        }
        var input = network.arena().take(count, layout.size(), layout.size(), ImageBatch.CHANNELS);
        HostMemory.upload(images, input);
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
