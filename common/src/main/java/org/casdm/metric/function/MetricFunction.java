package org.casdm.metric.function;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.weights.WeightSource;

/**
 * A differentiable distance between images, from which a network learns. It computes on arrays of the heap, whatever engine
 * trains; one thread at a time.
 *
 * <p>A class of one's own implements this and {@link Factory}, which has a public constructor without parameters, stands on
 * the class path of driver and executors, and is named by {@code metric.kind}.
 */
public interface MetricFunction extends AutoCloseable {

    /**
     * Compares images pairwise.
     *
     * @param first what a network predicts, about [-1, 1], [images, size, size, channels]; left as it is
     * @param second true images of the same shape
     * @param images how many, at least 1
     * @param size width and height in pixels
     */
    Comparison compare(float[] first, float[] second, int images, int size);

    /** Frees native memory. */
    @Override
    void close();

    /**
     * What a comparison gives.
     *
     * @param distances of each pair
     * @param gradient of the sum of the distances with respect to the first images, in their shape
     */
    record Comparison(double[] distances, float[] gradient) {}

    /** Makes the function, for each worker its own. */
    interface Factory {

        /**
         * @throws IOException if the function's file cannot be read
         * @throws IllegalArgumentException if the function does not fit the settings; the message is for the user
         */
        MetricFunction create(Settings settings) throws IOException;
    }

    /**
     * What a function is made of.
     *
     * @param file {@code metric.file}, with its hash
     * @param size of the images
     * @param channels of the images
     * @param hadoop says how to reach the storage
     */
    record Settings(Optional<WeightSource> file, int size, int channels, Configuration hadoop) {}
}
