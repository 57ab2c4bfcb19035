package org.casdm.metric;

import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;

/**
 * What the metrics need of BLAS and LAPACK, in double on Java arrays: the OpenBLAS that ND4J's CPU backend brings and
 * that the job jar holds for GPUs too. (Spark's own netlib finds no native library on most machines and computes in
 * Java then; Breeze and ND4J offer no divide-and-conquer solver.)
 */
final class LinearAlgebra {

    private LinearAlgebra() {}

    /**
     * Eigenvalues and vectors of a symmetric matrix.
     *
     * @param values  ascending
     * @param vectors row i is the vector of value i
     */
    record Eigen(double[] values, double[] vectors) {}

    /** The eigenvalues and vectors of a symmetric matrix [n, n], which is not changed. */
    static Eigen symmetricEigen(double[] matrix, int n) {
        var vectors = matrix.clone();
        var values = new double[n];
        // Symmetric: the same in either order; LAPACK's columns are our rows.
        require(LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'V', (byte) 'L', n, vectors, n, values), "dsyevd");
        return new Eigen(values, vectors);
    }

    /** The singular values of a matrix of rows × columns, which is overwritten; descending. */
    static double[] singularValues(double[] matrix, int rows, int columns) {
        var values = new double[Math.min(rows, columns)];
        if (values.length > 0) {
            var none = new double[1];
            require(
                    LAPACKE_dgesdd(
                            LAPACK_COL_MAJOR, (byte) 'N', columns, rows, matrix, columns, values, none, 1, none, 1),
                    "dgesdd");
        }
        return values;
    }

    /** The lower triangle of {@code sum} [n, n] grows by that of xᵀx, x of rows × n. */
    static void addGram(double[] x, int rows, int n, double[] sum) {
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, n, rows, 1, x, n, 1, sum, n);
    }

    /** a bᵀ, for a of rowsA × n and b of rowsB × n, into {@code product} of rowsA × rowsB. */
    static void multiplyTransposed(double[] a, int rowsA, double[] b, int rowsB, int n, double[] product) {
        if (rowsA > 0 && rowsB > 0) {
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rowsA, rowsB, n, 1, a, n, b, n, 0, product, rowsB);
        }
    }

    private static void require(int info, String routine) {
        if (info != 0) {
            throw new IllegalStateException("LAPACK's " + routine + " failed with info " + info);
        }
    }
}
