package org.casdm.metric;

/**
 * Mean and covariance of features: all that the Fréchet distance looks at.
 *
 * @param name       what messages call the set: where it is from
 * @param mean       [n]
 * @param covariance [n, n], symmetric, divided by count - 1
 */
public record GaussianStatistics(String name, double[] mean, double[] covariance) {

    /** @throws IllegalArgumentException if the covariance is not n × n */
    public GaussianStatistics {
        if (covariance.length != (long) mean.length * mean.length) {
            throw new IllegalArgumentException(name + ": a covariance of " + covariance.length
                    + " values does not belong to " + mean.length + " means");
        }
    }

    /** Number of features, n. */
    public int dimensions() {
        return mean.length;
    }
}
