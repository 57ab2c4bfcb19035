package org.casdm.metric.inception;

import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.Arena;
import org.casdm.network.nd4j.HostMemory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link InceptionNetwork} between arrays of the Java heap. */
final class Nd4jInception implements FeatureNetwork {

    /** Their activations take about 0.55 GB. */
    private static final int IMAGES_AT_ONCE = 16;

    private final Arena arena = new Arena(DataType.FLOAT);
    private final InceptionNetwork network;
    private int lastCount;

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
        if (count != lastCount) {
            // Memory in other sizes is of no more use.
            arena.close();
            lastCount = count;
        }
        var input = arena.take(count, InceptionLayout.SIDE, InceptionLayout.SIDE, ImageBatch.CHANNELS);
        HostMemory.upload(images, input);
        var result = network.forward(input);
        move(result.pooled(), features.pooled(), count, first);
        move(result.spatial(), features.spatial(), count, first);
        move(result.logits(), features.logits(), count, first);
    }

    /** Copies an array to the heap and gives it back to the arena. */
    private void move(INDArray array, float[] target, int count, int first) {
        HostMemory.download(array, target, (int) (array.length() / count) * first);
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
