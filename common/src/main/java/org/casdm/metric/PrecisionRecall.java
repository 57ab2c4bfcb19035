package org.casdm.metric;

import java.util.Arrays;

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019) as guided-diffusion's evaluator computes them. A set's
 * manifold is the union of balls around its images, each reaching to the k-th nearest other image of the set.
 *
 * @param precision part of the samples that lie on the manifold of the reference set, 0 to 1
 * @param recall    part of the reference set that lies on the manifold of the samples, 0 to 1
 */
public record PrecisionRecall(double precision, double recall) {

    /** The k of the evaluators. */
    public static final int NEIGHBOURS = 3;

    private static final int BLOCK_ROWS = 1024;

    /**
     * Compares two sets. Time grows with the product of their sizes, memory does not.
     *
     * @param reference  real images
     * @param samples    generated images
     * @param neighbours k, at least 1
     * @throws MetricException if a set has no more than k images
     */
    public static PrecisionRecall between(FeatureMatrix reference, FeatureMatrix samples, int neighbours) {
        reference.requireSameDimensions(samples);
        requireMoreRows(neighbours, reference);
        requireMoreRows(neighbours, samples);
        var referenceSet = new Points(reference);
        var sampleSet = new Points(samples);
        double[] referenceRadii = radii(referenceSet, neighbours);
        double[] sampleRadii = radii(sampleSet, neighbours);
        var onReference = new boolean[samples.rows()];
        var onSamples = new boolean[reference.rows()];
        sampleSet.forEachDistance(referenceSet, (sample, real, distance) -> {
            onReference[sample] |= distance <= referenceRadii[real];
            onSamples[real] |= distance <= sampleRadii[sample];
        });
        return new PrecisionRecall(part(onReference), part(onSamples));
    }

    private static void requireMoreRows(int neighbours, FeatureMatrix set) {
        if (set.rows() <= neighbours) {
            throw new MetricException("Precision and recall with k = " + neighbours + " need more than " + neighbours
                    + " images; there are " + set.rows() + " in " + set.name() + ".");
        }
    }

    /** Squared distances to the k-th nearest other point. */
    private static double[] radii(Points points, int neighbours) {
        // One more than k: a point is its own nearest.
        int kept = neighbours + 1;
        var nearest = new double[points.count() * kept];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        points.forEachDistance(points, (row, other, distance) -> {
            int last = row * kept + kept - 1;
            if (distance < nearest[last]) {
                int at = last;
                for (; at > row * kept && nearest[at - 1] > distance; at--) {
                    nearest[at] = nearest[at - 1];
                }
                nearest[at] = distance;
            }
        });
        var radii = new double[points.count()];
        Arrays.setAll(radii, row -> nearest[row * kept + neighbours]);
        return radii;
    }

    private static double part(boolean[] flags) {
        int set = 0;
        for (boolean flag : flags) {
            set += flag ? 1 : 0;
        }
        return (double) set / flags.length;
    }

    @FunctionalInterface
    private interface Distance {
        void of(int row, int other, double squaredDistance);
    }

    /** Rows of features with their squared norms. */
    private record Points(FeatureMatrix features, double[] norms) {

        Points(FeatureMatrix features) {
            this(features, new double[features.rows()]);
            for (int row = 0; row < norms.length; row++) {
                for (int i = 0, at = row * features.dimensions(); i < features.dimensions(); i++, at++) {
                    norms[row] += (double) features.values()[at] * features.values()[at];
                }
            }
        }

        int count() {
            return norms.length;
        }

        /** All pairs, block by block, in an order that does not depend on anything but the counts. */
        void forEachDistance(Points others, Distance consumer) {
            var products = new double[BLOCK_ROWS * BLOCK_ROWS];
            for (int i = 0; i < count(); i += BLOCK_ROWS) {
                int rows = Math.min(BLOCK_ROWS, count() - i);
                var left = features.widen(i, i + rows);
                for (int j = 0; j < others.count(); j += BLOCK_ROWS) {
                    int columns = Math.min(BLOCK_ROWS, others.count() - j);
                    LinearAlgebra.multiplyTransposed(
                            left,
                            rows,
                            others.features.widen(j, j + columns),
                            columns,
                            features.dimensions(),
                            products);
                    for (int row = 0; row < rows; row++) {
                        for (int column = 0; column < columns; column++) {
                            consumer.of(
                                    i + row,
                                    j + column,
                                    Math.max(
                                            0,
                                            norms[i + row]
                                                    + others.norms[j + column]
                                                    - 2 * products[row * columns + column]));
                        }
                    }
                }
            }
        }
    }
}
