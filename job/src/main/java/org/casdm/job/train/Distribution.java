package org.casdm.job.train;

import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * How numbers are distributed. Quantiles are numbers that occur: the smallest that is not below the given share.
 *
 * @param minimum the smallest
 * @param lowerQuartile a quarter is not larger
 * @param median half is not larger
 * @param upperQuartile three quarters are not larger
 * @param maximum the largest
 */
record Distribution(double minimum, double lowerQuartile, double median, double upperQuartile, double maximum) {

    /** That of some numbers; empty if there are none. */
    static Optional<Distribution> of(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        return Optional.of(new Distribution(
                sorted[0],
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                sorted[sorted.length - 1]));
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }
}
