package org.casdm.diffusion;

import java.io.Serializable;

/**
 * Between which logarithms a network that learns the variance of p(x_{t-1} | x_t) chooses: from that of the posterior's
 * variance to that of beta_t (Nichol and Dhariwal, arXiv 2102.09672, equation 15).
 *
 * @param smallest logarithm of the posterior's variance; at timestep 0, where that is 0, the value of timestep 1
 * @param largest logarithm of beta_t
 */
public record LogVarianceRange(double smallest, double largest) implements Serializable {

    /** The range at a timestep. */
    public static LogVarianceRange of(NoiseSchedule schedule, int timestep) {
        return new LogVarianceRange(schedule.posteriorLogVarianceClipped(timestep), Math.log(schedule.beta(timestep)));
    }

    /** The logarithm that an output v of the network stands for: -1 the smallest, 1 the largest; not clipped. */
    public double at(double v) {
        return smallest + (v + 1) * slope();
    }

    /** d {@link #at} / d v. */
    public double slope() {
        return (largest - smallest) / 2;
    }
}
