package org.casdm.metric;

/**
 * The Fréchet distance of two Gaussians (Dowson and Landau 1982; Heusel et al. 2017, "GANs Trained by a Two Time-Scale
 * Update Rule", eq. 6): ‖μ₁ - μ₂‖² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½). With pool_3 features it is FID, with spatial ones sFID.
 *
 * <p>pytorch-fid and guided-diffusion's evaluator take the matrix root by {@code scipy.linalg.sqrtm}, which fails or is
 * inexact where covariances are singular, as they are with fewer samples than features; both then add 1e-6 to the
 * diagonals. Here Σ = AAᵀ with A made of the eigenvectors, and the trace of the root is the sum of the singular values
 * of A₁ᵀA₂: the same number, and exact for singular covariances too.
 */
public final class FrechetDistance {

    /** Eigenvalues below this part of the largest, per dimension, are rounding. */
    private static final double RANK_TOLERANCE = Math.ulp(1.0);
    /** A covariance has no eigenvalue below minus this part of the largest, even if it was stored in float32. */
    private static final double NEGATIVE_TOLERANCE = 1e-4;

    private FrechetDistance() {}

    /**
     * The distance, at least 0.
     *
     * @param first  of one set
     * @param second of the other, with as many features
     * @throws MetricException if a value is not finite or a covariance has negative eigenvalues
     * @throws IllegalArgumentException if the numbers of features differ
     */
    public static double between(GaussianStatistics first, GaussianStatistics second) {
        int n = first.dimensions();
        if (second.dimensions() != n) {
            throw new IllegalArgumentException(
                    "features of " + n + " and of " + second.dimensions() + " dimensions have no distance");
        }
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double difference = first.mean()[i] - second.mean()[i];
            distance += difference * difference + first.covariance()[i * n + i] + second.covariance()[i * n + i];
        }
        return Math.max(0, distance - 2 * traceOfRoot(Factor.of(first), Factor.of(second), n));
    }

    private static double traceOfRoot(Factor first, Factor second, int n) {
        var product = new double[first.rank() * second.rank()];
        LinearAlgebra.multiplyTransposed(first.rows(), first.rank(), second.rows(), second.rank(), n, product);
        double trace = 0;
        for (double value : LinearAlgebra.singularValues(product, first.rank(), second.rank())) {
            trace += value;
        }
        return trace;
    }

    /** Aᵀ with AAᵀ = Σ: an eigenvector in each row, times the root of its eigenvalue. */
    private record Factor(double[] rows, int rank) {

        static Factor of(GaussianStatistics statistics) {
            requireFinite(statistics);
            int n = statistics.dimensions();
            var eigen = LinearAlgebra.symmetricEigen(statistics.covariance(), n);
            double largest = Math.max(0, eigen.values()[n - 1]);
            if (eigen.values()[0] < -NEGATIVE_TOLERANCE * largest || largest == 0 && eigen.values()[0] < 0) {
                throw new MetricException(
                        statistics.name() + ": the covariance is not positive semi-definite: it has the eigenvalue "
                                + eigen.values()[0] + ", the largest is " + eigen.values()[n - 1] + ".");
            }
            double least = n * RANK_TOLERANCE * largest;
            int start = 0;
            while (start < n && eigen.values()[start] <= least) {
                start++;
            }
            var rows = new double[(n - start) * n];
            for (int i = start; i < n; i++) {
                double root = Math.sqrt(eigen.values()[i]);
                for (int j = 0; j < n; j++) {
                    rows[(i - start) * n + j] = root * eigen.vectors()[i * n + j];
                }
            }
            return new Factor(rows, n - start);
        }

        private static void requireFinite(GaussianStatistics statistics) {
            for (var values : new double[][] {statistics.mean(), statistics.covariance()}) {
                for (double value : values) {
                    if (!Double.isFinite(value)) {
                        throw new MetricException(
                                statistics.name() + ": its mean or covariance holds values that are not finite.");
                    }
                }
            }
        }
    }
}
