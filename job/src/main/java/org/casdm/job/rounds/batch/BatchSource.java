package org.casdm.job.rounds.batch;

import java.io.Closeable;
import java.io.IOException;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** One worker's minibatches. Used by one thread at a time. */
public interface BatchSource extends Closeable {

    /**
     * The minibatch of a step. Steps are asked for in ascending order without gaps.
     *
     * @param step the step, counted from the start of the run, from 0
     * @return features, labels and masks for {@code ComputationGraph.fit}; the first features array has the configured
     *         batch size as its first dimension
     * @throws IOException if the data cannot be read
     */
    MultiDataSet batch(long step) throws IOException;

    /** Releases what the source holds; does nothing by default. */
    @Override
    default void close() throws IOException {}
}
