package org.casdm.metric.inception;

import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link InceptionNetwork} between arrays of the Java heap. */
final class Nd4jInception implements FeatureNetwork {

    /**
     * Their activations take about 0.3 GB. A pass always computes as many: oneDNN chooses its code by the number of
     * images, and with it the order of sums.
     */
    private static final int IMAGES_AT_ONCE = 8;

    private static final int IMAGE = InceptionLayout.SIDE * InceptionLayout.SIDE * ImageBatch.CHANNELS;

    private final Arena arena = new Arena(DataType.FLOAT);
    private final InceptionNetwork network;

    Nd4jInception(InceptionWeights weights) {
        network = new InceptionNetwork(weights, arena);
    }

    @Override
    public int imagesAtOnce() {
        return IMAGES_AT_ONCE;
    }

    @Override
    public void compute(float[] images, int count, Features features, int first) {
        // Of a pass that failed.
        arena.abandonTaken();
        var input = arena.take(IMAGES_AT_ONCE, InceptionLayout.SIDE, InceptionLayout.SIDE, ImageBatch.CHANNELS);
        HostMemory.uploadAndFill(images, count * IMAGE, input);
        var result = network.forward(input);
        move(result.pooled(), features.pooled(), count, first);
        move(result.spatial(), features.spatial(), count, first);
        move(result.logits(), features.logits(), count, first);
    }

    /** Copies an array to the heap and gives it back to the arena. */
    private void move(INDArray array, float[] target, int count, int first) {
        int ofImage = (int) (array.length() / IMAGES_AT_ONCE);
        HostMemory.download(array, target, ofImage * first, ofImage * count);
        arena.release(array);
    }

    /** Memory that activations take, in bytes. */
    long arenaBytes() {
        return arena.allocatedBytes();
    }

    @Override
    public void close() {
        arena.close();
    }
}
