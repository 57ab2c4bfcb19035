package org.casdm.network.nd4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Products of small matrices on host memory by the BLAS that ND4J has loaded: a call costs a microsecond where an ND4J
 * operation costs thirty, and the matrices may be columns of wider ones.
 *
 * <p>Rows lie one after another, {@code leading} floats apart. The products are small enough for one thread each, and
 * callers run many side by side: a process that lets BLAS use threads of its own only loses time by it.
 */
final class HostProducts {

    private HostProducts() {
    }

    /** c[m, n] = alpha · a[m, k] · b[k, n], or with {@code transposeB} alpha · a[m, k] · b[n, k]ᵀ. */
    static void multiply(int m, int n, int k, float alpha, FloatPointer a, int leadingA, FloatPointer b, int leadingB,
            boolean transposeB, FloatPointer c, int leadingC) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, leadingA,
                b, leadingB, 0, c, leadingC);
    }

    /** c[m, n] = alpha · a[k, m]ᵀ · b[k, n]. */
    static void multiplyTransposed(int m, int n, int k, float alpha, FloatPointer a, int leadingA, FloatPointer b,
            int leadingB, FloatPointer c, int leadingC) {
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, alpha, a, leadingA, b, leadingB, 0, c, leadingC);
    }
}
