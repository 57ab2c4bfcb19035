package org.casdm.job.train;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How finite the values of a tensor are.
 *
 * @param norm     Euclidean, of the finite ones
 * @param nan      how many are no number
 * @param infinite how many are infinite
 */
record Finiteness(double norm, long nan, long infinite) {

    static Finiteness of(INDArray tensor) {
        double squares = 0;
        long nan = 0;
        long infinite = 0;
        for (float value : tensor.dup().data().asFloat()) {
            if (Float.isNaN(value)) {
                nan++;
            } else if (Float.isInfinite(value)) {
                infinite++;
            } else {
                squares += (double) value * value;
            }
        }
        return new Finiteness(Math.sqrt(squares), nan, infinite);
    }

    boolean holds() {
        return nan + infinite == 0;
    }
}
