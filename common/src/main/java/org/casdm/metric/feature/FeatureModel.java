package org.casdm.metric.feature;

/**
 * A network with its weights, of which a process needs one. Safe for several threads, each of which makes an extractor
 * of its own.
 *
 * <p>The weights are native memory: {@link #close} frees them when all extractors are closed.
 */
public interface FeatureModel extends AutoCloseable {

    /** What features there are, and what they are worth. */
    FeatureInfo info();

    /**
     * An extractor, which belongs to one thread at a time.
     *
     * @param threads host threads for what ND4J's operations do not do; those take as many as the process has been set
     *        up to ({@code OMP_NUM_THREADS})
     */
    FeatureExtractor newExtractor(int threads);

    @Override
    void close();
}
