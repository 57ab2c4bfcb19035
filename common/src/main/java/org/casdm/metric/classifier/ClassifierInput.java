package org.casdm.metric.classifier;

import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Makes the network's input of bytes. */
final class ClassifierInput {

    private static final float HALF_RANGE = 127.5f;

    private ClassifierInput() {}

    /** Images {@code first} to {@code first + count} as [count, height, width, 3] in [-1, 1]. */
    static float[] values(ImageBatch images, int first, int count) {
        var values = new float[count * images.imageBytes()];
        int start = first * images.imageBytes();
        for (int i = 0; i < values.length; i++) {
            values[i] = Byte.toUnsignedInt(images.pixels()[start + i]) / HALF_RANGE - 1;
        }
        return values;
    }

    /** The same as an array of the arena. */
    static INDArray upload(ImageBatch images, int first, int count, Arena arena) {
        var input = arena.take(count, images.height(), images.width(), ImageBatch.CHANNELS);
        HostMemory.upload(values(images, first, count), input);
        return input;
    }
}
