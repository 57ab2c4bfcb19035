package org.casdm.network.nd4j.kernel;

import org.bytedeco.openblas.global.openblas_nolapack;

/** The threads of OpenBLAS, which both engines share. */
public final class BlasThreads {

    private BlasThreads() {}

    /**
     * Keeps BLAS, in this process, to the threads of its callers. By itself it shares out every product among threads
     * of its own: several callers then wait for one another, and those threads, which spin, for a processor. On a
     * machine that others use too, attention took fifty times as long.
     */
    public static void stayInCallersThreads() {
        openblas_nolapack.blas_set_num_threads(1);
    }
}
