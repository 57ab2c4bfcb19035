package org.casdm.job.rounds.batch;

import java.io.IOException;
import java.io.Serializable;

/**
 * Makes the minibatches of the workers. Shipped to the executors with each round's tasks, so it has to be small: large
 * things belong in a Spark broadcast that it holds.
 *
 * <p>The batch of a step may depend on nothing but the step, the worker index and the worker count: then a retried
 * task, a resumed run and a run on other executors see the same data.
 */
@FunctionalInterface
public interface WorkerBatches extends Serializable {

    /**
     * Opens the batches of one worker. Called once a round for each worker. A thread of the round makes the
     * batches, ahead of the steps.
     *
     * @param context the worker, and where to report records that cannot be used
     * @return the worker's batches; the caller closes them when the round's steps are done or have failed
     * @throws IOException if the data cannot be reached
     */
    BatchSource open(WorkerContext context) throws IOException;
}
