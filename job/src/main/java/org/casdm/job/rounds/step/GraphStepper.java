package org.casdm.job.rounds.step;

import java.util.Optional;
import java.util.function.Supplier;
import org.casdm.engine.StepOutcome;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Takes the steps of a worker whose state is in a graph's arrays. Belongs to the thread of the graph's slot. */
public interface GraphStepper extends AutoCloseable {

    /** Told of a step that is skipped, while the graph's arrays have the state and the step's gradient. */
    @FunctionalInterface
    interface SkipListener {
        void skipping(StepOutcome outcome);
    }

    /**
     * What a step gave.
     *
     * @param outcome without terms of images where a graph trains itself
     * @param observation what the observer made of it
     */
    record Result(StepOutcome outcome, StepObservation observation) {}

    /** Takes the state over from the graph's arrays. */
    void load();

    /**
     * Says where minibatches of later steps are to be had early: {@link org.casdm.engine.TrainingStep#ahead}.
     *
     * @param next what follows the minibatch of the step that runs; empty while that is not made
     */
    default void ahead(Supplier<Optional<MultiDataSet>> next) {}

    /**
     * One step of the optimizer.
     *
     * @param step counted from the start of the run, from 0
     * @param seed of the step's random numbers (dropout)
     * @param listener called before this method returns if the step is skipped
     */
    Result step(MultiDataSet minibatch, long step, long seed, SkipListener listener);

    /** Brings the state back into the graph's arrays. */
    void store();

    /** Frees what the steps have taken; the graph stays. */
    @Override
    void close();
}
