package org.casdm.job.rounds.step;

/**
 * What a {@link StepObserver} saw.
 *
 * @param lossTerms the terms of the loss, in an order that observer and reader agree on; not copied
 * @param ofImages  a number for each image of the minibatch, on whose meaning observer and reader agree; empty if there
 *                  is none; not copied
 * @param losses    the loss of each image, its weights in the batch left out; empty if nobody needs them; not copied
 */
public record StepObservation(double[] lossTerms, double[] ofImages, double[] losses) {

    static final StepObservation NOTHING = of();

    /** Loss terms, and a number for each image. */
    public StepObservation(double[] lossTerms, double[] ofImages) {
        this(lossTerms, ofImages, new double[0]);
    }

    /** Loss terms alone. */
    public static StepObservation of(double... lossTerms) {
        return new StepObservation(lossTerms, new double[0]);
    }
}
