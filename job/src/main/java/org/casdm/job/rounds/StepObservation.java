package org.casdm.job.rounds;

/**
 * What a {@link StepObserver} saw.
 *
 * @param lossTerms    the terms of the loss, in an order that observer and reader agree on; not copied
 * @param gradientNorm the Euclidean norm of the whole gradient, {@code NaN} if it is not known
 */
public record StepObservation(double[] lossTerms, double gradientNorm) {

    static final StepObservation NOTHING = new StepObservation(new double[0], Double.NaN);

    /** Loss terms without a gradient norm. */
    public static StepObservation of(double... lossTerms) {
        return new StepObservation(lossTerms, Double.NaN);
    }
}
