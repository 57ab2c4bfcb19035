package org.casdm.sampling;

import java.util.Arrays;
import org.casdm.sampling.StepListener.State;

/** A way from noise to images, over estimates of x_0. Float32 on the host; the same for every engine. */
interface Solver {

    /** Steps from noise to an image, as {@link State#step} counts them. */
    int steps();

    /**
     * Goes the way.
     *
     * @param x x_T of a batch; may be overwritten
     * @param estimates what the networks say
     * @param noise of steps that add some
     * @param listener watches the steps
     * @return the images, about [-1, 1]
     */
    float[] solve(float[] x, Estimates estimates, StepNoise noise, StepListener listener);

    /** The estimate of x_0 for a batch. */
    @FunctionalInterface
    interface Estimates {

        /**
         * @param xt noisy images √ᾱ x_0 + √(1-ᾱ) ε; left as they are
         * @param timestep of the model's schedule
         * @param alphaBar ᾱ
         */
        X0Estimator.Estimate of(float[] xt, double timestep, double alphaBar);
    }

    /** What a step works with, for its watchers. */
    static State state(int step, double timestep, float[] xt, X0Estimator.Estimate estimate) {
        return new State(step, (int) Math.rint(timestep), xt, estimate.x0Theta(), estimate.refinement(), estimate.x0());
    }

    /** Sets {@code to[i] = from[i] * factor}. */
    static void scale(float[] from, double factor, float[] to) {
        float weight = (float) factor;
        for (int i = 0; i < from.length; i++) {
            to[i] = from[i] * weight;
        }
    }

    /** A copy, to be overwritten by the next step. */
    static float[] copy(float[] values, float[] to) {
        if (to == null) {
            return Arrays.copyOf(values, values.length);
        }
        System.arraycopy(values, 0, to, 0, values.length);
        return to;
    }
}
