package org.casdm.metric.classifier;

import org.casdm.metric.feature.ImageBatch;
import org.casdm.metric.feature.ImageInput;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Makes the network's input of bytes. */
final class ClassifierInput {

    private static final float HALF_RANGE = 127.5f;

    private ClassifierInput() {}

    /** The input of a classifier, which takes images of its size only. */
    static ImageInput of(ClassifierLayout layout, String location) {
        return (images, first, count) -> {
            if (images.height() != layout.size() || images.width() != layout.size()) {
                throw new IllegalArgumentException("The classifier " + location + " takes images of " + layout.size()
                        + "x" + layout.size() + " pixels, not " + images.height() + "x" + images.width()
                        + ": resize the images, or train a classifier for their size (casdm train-classifier --size "
                        + images.height() + ")");
            }
            return values(images, first, count);
        };
    }

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
