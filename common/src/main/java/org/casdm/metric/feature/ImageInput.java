package org.casdm.metric.feature;

/** How images become what a network takes. For one thread. */
@FunctionalInterface
public interface ImageInput extends AutoCloseable {

    /**
     * Prepares some of the images.
     *
     * @return [count, height, width, 3] in the network's size and range; valid until the next call
     * @throws IllegalArgumentException if the network takes no images of that size; the message says which it takes
     */
    float[] values(ImageBatch images, int first, int count);

    @Override
    default void close() {}
}
