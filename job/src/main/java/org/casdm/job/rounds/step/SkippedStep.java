package org.casdm.job.rounds.step;

import java.io.Serializable;

/**
 * A step that one worker did not take, because its loss or gradient was not finite. The worker's parameters and
 * optimizer state stayed as they were; the minibatch counts as seen.
 *
 * @param step         the step, counted from the start of the run, from 0
 * @param workerIndex  whose
 * @param executorId   where it ran
 * @param score        the loss
 * @param gradientNorm the Euclidean norm of the whole gradient
 * @param kept         what the {@link StepObserver} says of where the state is kept for inspection, or why it could not
 *                     be; empty if it was not to be kept
 */
public record SkippedStep(long step, int workerIndex, String executorId, double score, double gradientNorm, String kept)
        implements Serializable {}
