package org.casdm.metric.feature;

/** What an engine computes of an extractor: a network with its weights, for one thread. */
public interface FeatureNetwork extends AutoCloseable {

    /** The number of images that are computed at once. */
    int imagesAtOnce();

    /**
     * Computes features.
     *
     * @param images [count, height, width, 3], in the network's size and range
     * @param count at most {@link #imagesAtOnce}
     * @param features receives those of the images
     * @param first index there of the first image
     */
    void compute(float[] images, int count, Features features, int first);

    /** Frees the native memory of the activations; the weights stay the model's. */
    @Override
    void close();
}
