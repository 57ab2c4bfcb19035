package org.casdm.metric.inception;

import org.casdm.metric.feature.ImageBatch;
import org.casdm.metric.feature.ImageInput;
import org.casdm.network.nd4j.kernel.Parallel;

/** Images of any size, resized for an Inception network. */
final class InceptionInput implements ImageInput {

    private final InceptionResize resize;
    private final Parallel parallel;
    private ImagePreparation lastPreparation;
    private float[] staging = new float[0];

    InceptionInput(InceptionResize resize, int threads) {
        this.resize = resize;
        parallel = new Parallel(threads);
    }

    @Override
    public float[] values(ImageBatch images, int first, int count) {
        if (lastPreparation == null || !lastPreparation.fits(images)) {
            lastPreparation = new ImagePreparation(resize, images.height(), images.width());
        }
        int values = count * InceptionLayout.SIDE * InceptionLayout.SIDE * ImageBatch.CHANNELS;
        if (staging.length != values) {
            staging = new float[values];
        }
        lastPreparation.apply(images, first, count, staging, parallel);
        return staging;
    }

    @Override
    public void close() {
        parallel.close();
    }
}
