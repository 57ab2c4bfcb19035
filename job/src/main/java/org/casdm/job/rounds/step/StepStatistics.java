package org.casdm.job.rounds.step;

import java.io.Serializable;

/**
 * One step of one worker.
 *
 * @param step         the step, counted from the start of the run, from 0
 * @param images       examples in the minibatch
 * @param score        the graph's score before the step's update, regularisation included
 * @param lossTerms    as the {@link StepObserver} gave them; not copied
 * @param gradientNorm the Euclidean norm of the whole gradient, before regularisation, clipping and optimizer
 * @param ofImages     as the {@link StepObserver} gave it; not copied
 * @param losses       as the {@link StepObserver} gave them; not copied
 * @param skipped      whether the step was not taken because score or gradient are not finite
 */
public record StepStatistics(
        long step,
        long images,
        double score,
        double[] lossTerms,
        double gradientNorm,
        double[] ofImages,
        double[] losses,
        boolean skipped)
        implements Serializable {}
