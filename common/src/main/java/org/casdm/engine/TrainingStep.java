package org.casdm.engine;

import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Optimizer steps on one device. State is in host memory between rounds and where the engine keeps it during a round:
 * {@link #load}, then {@link #step} as often as the round has steps, then {@link #store}.
 */
public interface TrainingStep extends AutoCloseable {

    /** Takes the state over. The host's arrays are not used again until {@link #store}. */
    void load(HostState state);

    /**
     * Says where the batches of later steps are to be had early. A hint, until the next call: an engine may bring the next
     * batch to the device while it computes a step; by default none does.
     *
     * @param next asked within {@link #step} for what the following call will be given; empty while that is unknown
     */
    default void ahead(Supplier<Optional<Batch>> next) {}

    /**
     * One step of the optimizer: forward, backward, clipping, AdamW. A step whose loss or gradient norm is not finite is
     * skipped: parameters and moments stay as they are, bit for bit.
     *
     * @param batch what it is taken on
     * @param step number of the step in the run, from 0; the learning rate and Adam's bias correction depend on it
     * @param seed of the step's random numbers (dropout)
     * @throws EngineException if the device has not enough memory or fails; the step's state is then lost
     */
    StepOutcome step(Batch batch, long step, long seed);

    /** Writes the state to host memory, of the same sizes as it was loaded from. */
    void store(HostState state);

    /**
     * Writes the gradient of the last step to host memory, in the layout of the parameters: for those who look into a
     * step that was skipped.
     */
    void storeGradient(FloatPointer gradient);

    /** Frees the native memory. */
    @Override
    void close();
}
