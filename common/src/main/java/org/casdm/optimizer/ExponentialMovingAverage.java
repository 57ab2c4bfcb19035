package org.casdm.optimizer;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exponential moving average of a parameter vector: average ← rate · average + (1 - rate) · parameters. */
public final class ExponentialMovingAverage {

    private final double rate;
    private final INDArray average;

    /**
     * @param rate decay for one optimizer step, in [0, 1)
     * @param average the vector at the start, updated in place
     */
    public ExponentialMovingAverage(double rate, INDArray average) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("An EMA's rate must be in [0, 1), not " + rate);
        }
        this.rate = rate;
        this.average = average;
    }

    /** Decay for one optimizer step. */
    public double rate() {
        return rate;
    }

    /** The averaged parameters: the vector given to the constructor. */
    public INDArray average() {
        return average;
    }

    /**
     * Takes in the parameters after some steps. With several steps a call, as when a round of training across
     * executors takes several, the average decays by {@code rate^steps}: exact for one step, and for more as if the
     * parameters had been the same after each of them.
     */
    public void update(INDArray parameters, int steps) {
        double decay = Math.pow(rate, steps);
        if (HostVectors.suits(average) && HostVectors.suits(parameters)) {
            HostVectors.blend(average, decay, 1 - decay, parameters);
        } else {
            average.muli(decay);
            Nd4j.getBlasWrapper().level1().axpy(average.length(), 1 - decay, parameters, average);
        }
    }
}
