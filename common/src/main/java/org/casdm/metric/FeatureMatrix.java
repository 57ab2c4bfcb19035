package org.casdm.metric;

/**
 * Features of some images, for the metrics that compare images one by one.
 *
 * @param name   what messages call the set of images: where it is from
 * @param values rows × dimensions, row by row; not to be changed any more
 * @param rows   images
 * @param dimensions features of each
 */
public record FeatureMatrix(String name, float[] values, int rows, int dimensions) {

    /**
     * @throws IllegalArgumentException if the values are of another number
     * @throws MetricException if values are not finite
     */
    public FeatureMatrix {
        if (values.length != (long) rows * dimensions) {
            throw new IllegalArgumentException(values.length + " values are no " + rows + " rows of " + dimensions);
        }
        int invalid = 0;
        for (int row = 0; row < rows; row++) {
            invalid += isFinite(values, row * dimensions, dimensions) ? 0 : 1;
        }
        if (invalid > 0) {
            throw NotFinite.vectors(invalid, rows, name);
        }
    }

    private static boolean isFinite(float[] values, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    /** The most rows of a matrix: Java's arrays end there. */
    public static int maximumRows(int dimensions) {
        return (Integer.MAX_VALUE - 8) / dimensions;
    }

    /** Rows from {@code first} to before {@code end}, widened. */
    double[] widen(int first, int end) {
        var wide = new double[(end - first) * dimensions];
        for (int i = 0, from = first * dimensions; i < wide.length; i++) {
            wide[i] = values[from + i];
        }
        return wide;
    }

    /** Chosen rows. */
    FeatureMatrix choose(int[] chosen) {
        var copy = new float[chosen.length * dimensions];
        for (int row = 0; row < chosen.length; row++) {
            System.arraycopy(values, chosen[row] * dimensions, copy, row * dimensions, dimensions);
        }
        return new FeatureMatrix(name, copy, chosen.length, dimensions);
    }

    /** @throws IllegalArgumentException if another matrix has rows of another length */
    void requireSameDimensions(FeatureMatrix other) {
        if (other.dimensions != dimensions) {
            throw new IllegalArgumentException(
                    "features of " + dimensions + " and of " + other.dimensions + " dimensions cannot be compared");
        }
    }
}
