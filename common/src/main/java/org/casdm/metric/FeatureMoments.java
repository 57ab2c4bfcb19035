package org.casdm.metric;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * Count, mean and scatter matrix of features, in one pass and in double; instances merge.
 *
 * <p>Each block of rows is centred on its own mean first, and blocks are combined by the pairwise formula of Chan,
 * Golub and LeVeque (1983, "Algorithms for computing the sample variance", eq. 2.1, for matrices): nothing is
 * subtracted that is large beside the result, so ten million samples far from the origin keep their covariance. The
 * order of rows and of merging decides only the last bits; how many rows come at once decides nothing.
 *
 * <p>Rows with a value that is not finite are counted and left out ({@link #invalid}). For use by one thread.
 */
public final class FeatureMoments implements Serializable {

    private static final long serialVersionUID = 1;
    /** Rows that are centred and multiplied at once. */
    private static final int BLOCK_ROWS = 256;

    private final int dimensions;
    private long count;
    private long invalid;
    private double[] mean;
    /** [n, n], row-major; the lower triangle counts. */
    private transient double[] scatter;
    /** Rows that wait to be taken in together. */
    private transient double[] block;

    private transient int blockRows;

    /** @param dimensions features of a row, at least 1 */
    public FeatureMoments(int dimensions) {
        if (dimensions < 1) {
            throw new IllegalArgumentException("rows have at least one feature, not " + dimensions);
        }
        this.dimensions = dimensions;
        mean = new double[dimensions];
        scatter = new double[Math.multiplyExact(dimensions, dimensions)];
    }

    /** Rows so far, without invalid ones. */
    public long count() {
        return count + blockRows;
    }

    /** Rows that were left out because a value of them is not finite. */
    public long invalid() {
        return invalid;
    }

    /** Takes rows: {@code rows} × dimensions values, row by row. */
    public void add(float[] features, int rows) {
        requireLength(features.length, rows);
        add(rows, (index) -> features[index]);
    }

    /** Takes rows: {@code rows} × dimensions values, row by row. */
    public void add(double[] features, int rows) {
        requireLength(features.length, rows);
        add(rows, (index) -> features[index]);
    }

    @FunctionalInterface
    private interface Values {
        double at(int index);
    }

    private void requireLength(int length, int rows) {
        if (rows < 0 || (long) rows * dimensions > length) {
            throw new IllegalArgumentException(length + " values are no " + rows + " rows of " + dimensions);
        }
    }

    private void add(int rows, Values values) {
        if (block == null) {
            block = new double[BLOCK_ROWS * dimensions];
        }
        for (int row = 0; row < rows; row++) {
            if (!copyFinite(values, row * dimensions, blockRows * dimensions)) {
                invalid++;
                continue;
            }
            blockRows++;
            if (blockRows == BLOCK_ROWS) {
                takeBlock();
            }
        }
    }

    private void takeBlock() {
        if (blockRows > 0) {
            int rows = blockRows;
            blockRows = 0;
            mergeMean(centre(rows), rows);
            LinearAlgebra.addGram(block, rows, dimensions, scatter);
        }
    }

    private boolean copyFinite(Values values, int from, int to) {
        for (int i = 0; i < dimensions; i++) {
            double value = values.at(from + i);
            if (!Double.isFinite(value)) {
                return false;
            }
            block[to + i] = value;
        }
        return true;
    }

    /** Takes the mean off the block's rows, and gives it. */
    private double[] centre(int rows) {
        // Twice: the first mean is off by the rounding of a sum of large values, which the second pass finds.
        var total = new double[dimensions];
        for (int pass = 0; pass < 2; pass++) {
            var part = new double[dimensions];
            for (int row = 0; row < rows; row++) {
                for (int i = 0, at = row * dimensions; i < dimensions; i++, at++) {
                    part[i] += block[at];
                }
            }
            for (int i = 0; i < dimensions; i++) {
                part[i] /= rows;
                total[i] += part[i];
            }
            for (int row = 0; row < rows; row++) {
                for (int i = 0, at = row * dimensions; i < dimensions; i++, at++) {
                    block[at] -= part[i];
                }
            }
        }
        return total;
    }

    /** Counts and mean of both, and what the distance of the means adds to the scatter. */
    private void mergeMean(double[] otherMean, long otherCount) {
        long total = count + otherCount;
        var difference = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            difference[i] = otherMean[i] - mean[i];
        }
        double share = (double) otherCount / total;
        double weight = count * share;
        for (int i = 0; i < dimensions; i++) {
            double scaled = weight * difference[i];
            for (int j = 0, at = i * dimensions; j <= i; j++, at++) {
                scatter[at] += scaled * difference[j];
            }
        }
        for (int i = 0; i < dimensions; i++) {
            mean[i] += share * difference[i];
        }
        count = total;
    }

    /**
     * Takes all rows of another instance, which keeps them.
     *
     * @return this
     * @throws IllegalArgumentException if its rows have another number of features
     */
    public FeatureMoments merge(FeatureMoments other) {
        if (other.dimensions != dimensions) {
            throw new IllegalArgumentException(
                    "rows of " + other.dimensions + " features cannot be combined with rows of " + dimensions);
        }
        takeBlock();
        other.takeBlock();
        invalid += other.invalid;
        if (other.count > 0) {
            mergeMean(other.mean, other.count);
            for (int i = 0; i < dimensions; i++) {
                for (int j = 0, at = i * dimensions; j <= i; j++, at++) {
                    scatter[at] += other.scatter[at];
                }
            }
        }
        return this;
    }

    /** The mean, [n]. */
    public double[] mean() {
        takeBlock();
        return mean.clone();
    }

    /**
     * Mean and covariance (divided by count - 1, as numpy.cov does).
     *
     * @param name what messages call the set of images
     * @throws MetricException if there are fewer than two rows, or invalid ones, or rows whose squares are beyond
     *                         double
     */
    public GaussianStatistics statistics(String name) {
        takeBlock();
        if (invalid > 0) {
            throw NotFinite.vectors(invalid, count + invalid, name);
        }
        if (count < 2) {
            throw new MetricException("A covariance needs at least two images; there "
                    + (count == 1 ? "is one" : "are none") + " in " + name + ".");
        }
        var covariance = new double[scatter.length];
        double degrees = count - 1.0;
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j <= i; j++) {
                double value = scatter[i * dimensions + j] / degrees;
                if (!Double.isFinite(value)) {
                    throw NotFinite.covariance(name);
                }
                covariance[i * dimensions + j] = value;
                covariance[j * dimensions + i] = value;
            }
        }
        return new GaussianStatistics(name, mean.clone(), covariance);
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        takeBlock();
        out.defaultWriteObject();
        // Half the matrix, a row at a time.
        for (int i = 0; i < dimensions; i++) {
            var row = ByteBuffer.allocate((i + 1) * Double.BYTES);
            row.asDoubleBuffer().put(scatter, i * dimensions, i + 1);
            out.write(row.array());
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        scatter = new double[Math.multiplyExact(dimensions, dimensions)];
        for (int i = 0; i < dimensions; i++) {
            var row = new byte[(i + 1) * Double.BYTES];
            in.readFully(row);
            ByteBuffer.wrap(row).asDoubleBuffer().get(scatter, i * dimensions, i + 1);
        }
    }
}
