package org.casdm.metric.inception;

import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.Arena;
import org.casdm.network.nd4j.HostMemory;
import org.casdm.network.nd4j.Parallel;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link InceptionNetwork} on images of any size. */
final class InceptionExtractor implements FeatureExtractor {

    /** Their activations take about 0.55 GB. */
    private static final int IMAGES_AT_ONCE = 16;

    private final FeatureInfo info;
    private final InceptionResize resize;
    private final InceptionNetwork network;
    private final Arena arena = new Arena(DataType.FLOAT);
    private final Parallel parallel;
    private ImagePreparation lastPreparation;
    private int lastCount;
    private float[] staging = new float[0];

    InceptionExtractor(FeatureInfo info, InceptionResize resize, InceptionWeights weights, int threads) {
        this.info = info;
        this.resize = resize;
        network = new InceptionNetwork(weights, arena);
        parallel = new Parallel(threads);
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
        int count = images.count();
        var features = new Features(
                count,
                new float[count * info.pooledDimension()],
                new float[count * info.spatialDimension()],
                new float[count * info.classes()]);
        // Of a pass that failed.
        arena.abandonTaken();
        if (lastPreparation == null || !lastPreparation.fits(images)) {
            lastPreparation = new ImagePreparation(resize, images.height(), images.width());
        }
        for (int from = 0; from < count; from += IMAGES_AT_ONCE) {
            extract(images, from, Math.min(IMAGES_AT_ONCE, count - from), features);
        }
        return features;
    }

    private void extract(ImageBatch images, int first, int count, Features features) {
        if (count != lastCount) {
            // Memory in other sizes is of no more use.
            arena.close();
            lastCount = count;
        }
        var result = network.forward(prepared(images, first, count));
        move(result.pooled(), features.pooled(), first * info.pooledDimension());
        move(result.spatial(), features.spatial(), first * info.spatialDimension());
        move(result.logits(), features.logits(), first * info.classes());
    }

    private INDArray prepared(ImageBatch images, int first, int count) {
        var input = arena.take(count, InceptionLayout.SIDE, InceptionLayout.SIDE, ImageBatch.CHANNELS);
        if (staging.length < input.length()) {
            staging = new float[(int) input.length()];
        }
        lastPreparation.apply(images, first, count, staging, parallel);
        HostMemory.upload(staging, input);
        return input;
    }

    /** Copies an array to the heap and gives it back to the arena. */
    private void move(INDArray array, float[] target, int start) {
        HostMemory.download(array, target, start);
        arena.release(array);
    }

    /** Memory that activations take, in bytes. */
    long arenaBytes() {
        return arena.allocatedBytes();
    }

    @Override
    public void close() {
        arena.close();
        parallel.close();
    }
}
