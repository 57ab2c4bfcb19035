package org.casdm.engine;

/** A metric function of pairs of images. */
public interface PerceptualMetric extends AutoCloseable {

    /**
     * The distance of each pair. A pair's distance does not depend on the others.
     *
     * @param first images in [-1, 1], [images, height, width, 3]
     * @param second as many of the same size
     * @return a distance for each pair, at least 0
     */
    double[] distances(float[] first, float[] second, int images, int height, int width);

    /** Frees the native memory; the weights stay. */
    @Override
    void close();
}
