package org.casdm.network.nd4j.kernel;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Products of matrices on host memory by the BLAS that ND4J has loaded: a call costs a microsecond where an ND4J
 * operation costs thirty, and the matrices may be columns of wider ones.
 *
 * <p>Rows lie one after another, {@code leading} floats apart. Each product is computed by the thread that asks for it,
 * and callers run many side by side.
 */
final class HostProducts {

    /** Multiplications from which on a product is shared out: waking a thread costs as much as so many. */
    private static final long SHARED_PRODUCT = 1 << 20;

    private HostProducts() {}

    /** c[m, n] = alpha · a[m, k] · b[k, n], or with {@code transposeB} alpha · a[m, k] · b[n, k]ᵀ. */
    static void multiply(
            int m,
            int n,
            int k,
            float alpha,
            FloatPointer a,
            int leadingA,
            FloatPointer b,
            int leadingB,
            boolean transposeB,
            FloatPointer c,
            int leadingC) {
        multiply(m, n, k, alpha, a, leadingA, false, b, leadingB, transposeB, 0, c, leadingC);
    }

    /** c[m, n] = alpha · a[k, m]ᵀ · b[k, n]. */
    static void multiplyTransposed(
            int m,
            int n,
            int k,
            float alpha,
            FloatPointer a,
            int leadingA,
            FloatPointer b,
            int leadingB,
            FloatPointer c,
            int leadingC) {
        multiply(m, n, k, alpha, a, leadingA, true, b, leadingB, false, 0, c, leadingC);
    }

    /** c[m, n] = alpha · op(a) · op(b) + beta · c, where op is the identity or the transpose. */
    static void multiply(
            int m,
            int n,
            int k,
            float alpha,
            FloatPointer a,
            int leadingA,
            boolean transposeA,
            FloatPointer b,
            int leadingB,
            boolean transposeB,
            float beta,
            FloatPointer c,
            int leadingC) {
        cblas_sgemm(
                CblasRowMajor,
                transposeA ? CblasTrans : CblasNoTrans,
                transposeB ? CblasTrans : CblasNoTrans,
                m,
                n,
                k,
                alpha,
                a,
                leadingA,
                b,
                leadingB,
                beta,
                c,
                leadingC);
    }

    /** c[n] = a[k] · b[k, n]; all dense. */
    static void multiplyRow(int n, int k, FloatPointer a, FloatPointer b, FloatPointer c) {
        cblas_sgemv(CblasRowMajor, CblasTrans, k, n, 1, b, n, a, 1, 0, c, 1);
    }

    /** c[m, n] = op(a) · op(b) + beta · c, shared out among threads; c is dense. */
    static void multiply(
            Parallel parallel,
            int m,
            int n,
            int k,
            FloatPointer a,
            int leadingA,
            boolean transposeA,
            FloatPointer b,
            int leadingB,
            boolean transposeB,
            float beta,
            FloatPointer c) {
        // Along the longer side: what every thread reads as a whole is the smaller matrix then.
        boolean byRows = m >= n;
        int side = byRows ? m : n;
        int parts = (long) m * n * k < SHARED_PRODUCT ? 1 : Math.min(parallel.threads(), side);
        parallel.forEach(parts, part -> {
            int from = (int) ((long) side * part / parts);
            int length = (int) ((long) side * (part + 1) / parts) - from;
            if (byRows) {
                multiply(
                        length,
                        n,
                        k,
                        1,
                        a.getPointer((long) from * (transposeA ? 1 : leadingA)),
                        leadingA,
                        transposeA,
                        b,
                        leadingB,
                        transposeB,
                        beta,
                        c.getPointer((long) from * n),
                        n);
            } else {
                multiply(
                        m,
                        length,
                        k,
                        1,
                        a,
                        leadingA,
                        transposeA,
                        b.getPointer((long) from * (transposeB ? leadingB : 1)),
                        leadingB,
                        transposeB,
                        beta,
                        c.getPointer((long) from),
                        n);
            }
        });
    }
}
