package org.casdm.engine.nd4j;

import org.casdm.network.nd4j.kernel.BlasThreads;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads the native libraries take. By default, on an executor they take spark.task.cpus, that is one: Spark
 * puts it into OMP_NUM_THREADS.
 */
public final class NativeThreads {

    private NativeThreads() {}

    /** Sets the number for arithmetic that the calling thread asks for: OpenMP keeps it for each thread. */
    public static void ofThisThread(int threads) {
        if (Nd4j.getEnvironment().isCPU()) {
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
            BlasThreads.stayInCallersThreads();
        }
    }
}
