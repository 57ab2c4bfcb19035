package org.casdm.optimizer;

import java.util.List;

/**
 * Which combination of stored {@linkplain PowerFunctionAverage power-function averages} is nearest to one of another
 * length: the least-squares fit of the weight functions (EDM2, arXiv 2312.02696, section 3.2 and algorithm 3).
 */
public final class PostHocAverage {

    private PostHocAverage() {}

    /**
     * A weight function.
     *
     * @param step the run's steps at which the average was stored
     * @param std its relative standard deviation
     */
    public record Profile(long step, double std) {}

    /**
     * The weights of stored averages, which add up to 1.
     *
     * @param stored what there is, each once
     * @param wanted the average to rebuild
     * @throws IllegalArgumentException if nothing is stored, a profile is stored twice or belongs to a later step
     */
    public static double[] weights(List<Profile> stored, Profile wanted) {
        if (stored.isEmpty()
                || stored.stream().anyMatch(profile -> profile.step() < 1 || profile.step() > wanted.step())) {
            throw new IllegalArgumentException("Averages up to step " + wanted.step() + " are needed, not " + stored);
        }
        int count = stored.size();
        var matrix = new double[count][count + 1];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                matrix[i][j] = correlation(stored.get(i), stored.get(j));
            }
            matrix[i][count] = correlation(stored.get(i), wanted);
        }
        var weights = solve(matrix);
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        for (int i = 0; i < count; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    /** The inner product of two weight functions, equation 151. */
    static double correlation(Profile a, Profile b) {
        double ofA = PowerFunctionAverage.exponent(a.std());
        double ofB = PowerFunctionAverage.exponent(b.std());
        double ratio = (double) a.step() / b.step();
        double power = a.step() < b.step() ? ofB : -ofA;
        return (ofA + 1) * (ofB + 1) * Math.pow(ratio, power) / ((ofA + ofB + 1) * Math.max(a.step(), b.step()));
    }

    /** Gaussian elimination with partial pivoting of [matrix | right side], which is overwritten. */
    private static double[] solve(double[][] rows) {
        int count = rows.length;
        for (int column = 0; column < count; column++) {
            int pivot = column;
            for (int row = column + 1; row < count; row++) {
                if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) {
                    pivot = row;
                }
            }
            var swapped = rows[pivot];
            rows[pivot] = rows[column];
            rows[column] = swapped;
            if (rows[column][column] == 0) {
                throw new IllegalArgumentException("An average is stored twice");
            }
            for (int row = column + 1; row < count; row++) {
                double factor = rows[row][column] / rows[column][column];
                for (int i = column; i <= count; i++) {
                    rows[row][i] -= factor * rows[column][i];
                }
            }
        }
        var solution = new double[count];
        for (int row = count - 1; row >= 0; row--) {
            double value = rows[row][count];
            for (int i = row + 1; i < count; i++) {
                value -= rows[row][i] * solution[i];
            }
            solution[row] = value / rows[row][row];
        }
        return solution;
    }
}
