package org.casdm.optimizer;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A moving average whose length grows with the run (Karras et al., EDM2, arXiv 2312.02696, section 3.1): the parameters of
 * step τ weigh τ^γ at any later time. Its length is said as relative standard deviation, the width of that weight function
 * as a share of the steps so far: 0.05 is about a tenth of the run. Averages of other lengths can be {@linkplain
 * PostHocAverage rebuilt} from stored ones.
 */
public final class PowerFunctionAverage {

    /** The relative standard deviation of γ = 0, the mean of all steps; longer averages than this are none. */
    public static final double LARGEST_STD = Math.sqrt(1.0 / 12);

    /** A bound of γ: a relative standard deviation of 1e-6. */
    private static final double LARGEST_EXPONENT = 1e6;

    private static final int BISECTIONS = 200;

    private final double std;
    private final double exponent;
    private final INDArray average;

    /**
     * @param std relative standard deviation, above 0 and below {@link #LARGEST_STD}
     * @param average the vector, updated in place; what it holds before the first step does not matter
     */
    public PowerFunctionAverage(double std, INDArray average) {
        this.std = std;
        exponent = exponent(std);
        this.average = average;
    }

    /** Relative standard deviation. */
    public double std() {
        return std;
    }

    /** The averaged parameters: the vector given to the constructor. */
    public INDArray average() {
        return average;
    }

    /**
     * Takes in the parameters after some steps.
     *
     * @param parameters after them
     * @param step steps of the run so far, with these
     * @param steps how many
     */
    public void update(INDArray parameters, long step, int steps) {
        double kept = decay(exponent, step, steps);
        if (HostVectors.suits(average) && HostVectors.suits(parameters)) {
            HostVectors.blend(average, kept, 1 - kept, parameters);
        } else {
            average.muli(kept).addi(parameters.mul(1 - kept));
        }
    }

    /** The share of the old average that stays: (1 - steps / step)^(γ + 1), equation 127. */
    static double decay(double exponent, long step, int steps) {
        if (steps < 1 || step < steps) {
            throw new IllegalArgumentException(steps + " steps up to step " + step);
        }
        return Math.pow(1 - (double) steps / step, exponent + 1);
    }

    /** The relative standard deviation of an exponent, equation 123. */
    static double std(double exponent) {
        return Math.sqrt((exponent + 1) / ((exponent + 2) * (exponent + 2) * (exponent + 3)));
    }

    /**
     * The exponent γ of a relative standard deviation, the inverse of {@link #std(double)}.
     *
     * @throws IllegalArgumentException if there is none at or above 0
     */
    static double exponent(double std) {
        if (!(std > std(LARGEST_EXPONENT) && std < LARGEST_STD)) {
            throw new IllegalArgumentException(
                    "The relative standard deviation of an average lies above 0 and below 0.288, not at " + std);
        }
        double low = 0;
        double high = LARGEST_EXPONENT;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (std(middle) > std) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
