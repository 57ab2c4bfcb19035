package org.casdm.metric.feature;

/**
 * Gives the features of images. What an extractor allocates it uses again, so batches of equal size are the cheapest.
 * An image's features do not depend on the other images of its batch. One thread at a time.
 */
public interface FeatureExtractor extends AutoCloseable {

    /** What features there are, and what they are worth. */
    FeatureInfo info();

    /** The number of images at once that is worked on best; more are worked on in parts. */
    int preferredBatch();

    /**
     * Computes features. The result is on the Java heap and stays as it is.
     *
     * @throws IllegalArgumentException if this extractor takes no images of that size; the message says which it takes
     */
    Features extract(ImageBatch images);

    /** Frees the native memory of the activations; the weights stay the model's. */
    @Override
    void close();
}
