package org.casdm.metric;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The kernel distance, KID (Bińkowski et al. 2018, "Demystifying MMD GANs"): the unbiased estimate of the squared
 * maximum mean discrepancy with the kernel (x·y / dimensions + 1)³. It may be a little below 0 for sets that are alike.
 */
public final class KernelDistance {

    private static final int BLOCK_ROWS = 1024;

    private KernelDistance() {}

    /**
     * Mean and standard deviation over random subsets.
     *
     * @param mean      estimate of the squared discrepancy
     * @param deviation over the subsets (population formula, as numpy.std)
     */
    public record OverSubsets(double mean, double deviation) {}

    /**
     * The estimate with all images of both sets.
     *
     * @throws MetricException if a set has fewer than two images
     */
    public static double between(FeatureMatrix first, FeatureMatrix second) {
        first.requireSameDimensions(second);
        requireRows(2, first, second);
        double within = withinSum(first) / ((double) first.rows() * (first.rows() - 1));
        double withinSecond = withinSum(second) / ((double) second.rows() * (second.rows() - 1));
        double across = kernelSum(first, second) / ((double) first.rows() * second.rows());
        return within + withinSecond - 2 * across;
    }

    /**
     * The estimate as torch-fidelity reports it: over random subsets of both sets, drawn without replacement.
     *
     * @param subsets how many; torch-fidelity has 100
     * @param size    images of each; torch-fidelity has 1000
     * @param seed    decides the subsets
     * @throws MetricException if a set has fewer images than a subset
     */
    public static OverSubsets overSubsets(FeatureMatrix first, FeatureMatrix second, int subsets, int size, long seed) {
        first.requireSameDimensions(second);
        requireRows(size, first, second);
        var random = new SplittableRandom(seed);
        var estimates = new double[subsets];
        for (int i = 0; i < subsets; i++) {
            estimates[i] = between(choose(first, size, random), choose(second, size, random));
        }
        double mean = Arrays.stream(estimates).average().orElseThrow();
        return new OverSubsets(
                mean,
                Math.sqrt(Arrays.stream(estimates)
                        .map(e -> (e - mean) * (e - mean))
                        .average()
                        .orElseThrow()));
    }

    /** The beginning of a shuffle. */
    private static FeatureMatrix choose(FeatureMatrix from, int size, SplittableRandom random) {
        int[] order = new int[from.rows()];
        Arrays.setAll(order, i -> i);
        for (int i = 0; i < size; i++) {
            int other = i + random.nextInt(order.length - i);
            int chosen = order[other];
            order[other] = order[i];
            order[i] = chosen;
        }
        return from.choose(Arrays.copyOf(order, size));
    }

    private static void requireRows(int least, FeatureMatrix... sets) {
        for (var set : sets) {
            if (set.rows() < least) {
                throw new MetricException("The kernel distance needs at least " + least + " images; there are "
                        + set.rows() + " in " + set.name() + ".");
            }
        }
    }

    /** The kernel summed over all pairs of different images. */
    private static double withinSum(FeatureMatrix set) {
        double diagonal = 0;
        for (int row = 0; row < set.rows(); row++) {
            double square = 0;
            for (int i = 0; i < set.dimensions(); i++) {
                double value = set.values()[row * set.dimensions() + i];
                square += value * value;
            }
            diagonal += kernel(square, set.dimensions());
        }
        return kernelSum(set, set) - diagonal;
    }

    private static double kernelSum(FeatureMatrix first, FeatureMatrix second) {
        var products = new double[BLOCK_ROWS * BLOCK_ROWS];
        double sum = 0;
        for (int i = 0; i < first.rows(); i += BLOCK_ROWS) {
            int rows = Math.min(BLOCK_ROWS, first.rows() - i);
            var left = first.widen(i, i + rows);
            for (int j = 0; j < second.rows(); j += BLOCK_ROWS) {
                int columns = Math.min(BLOCK_ROWS, second.rows() - j);
                LinearAlgebra.multiplyTransposed(
                        left, rows, second.widen(j, j + columns), columns, first.dimensions(), products);
                double part = 0;
                for (int k = 0; k < rows * columns; k++) {
                    part += kernel(products[k], first.dimensions());
                }
                sum += part;
            }
        }
        return sum;
    }

    private static double kernel(double product, int dimensions) {
        double base = product / dimensions + 1;
        return base * base * base;
    }
}
