package org.casdm.optimizer;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A pass over vectors as long as a model, float32 on the CPU: by BLAS, in parts of a fixed size that all processors
 * share, for the driver, which has nothing else to do then. It takes the time in which memory is read and written once;
 * the result does not depend on how many processors there are.
 */
final class HostVectors {

    /** Floats that a processor's second-level cache holds: what works twice on a part reads the memory once. */
    private static final int PART = 1 << 16;

    private HostVectors() {}

    /** Whether a vector lies here, one value after another. */
    static boolean suits(INDArray vector) {
        return HostMemory.isOnHost(vector) && (vector.length() == 1 || vector.elementWiseStride() == 1);
    }

    /** target ← factor · target + added · source. */
    static void blend(INDArray target, double factor, double added, INDArray source) {
        var to = pointer(target);
        var from = pointer(source);
        IntStream.range(0, parts(target.length())).parallel().forEach(part -> {
            int length = length(target.length(), part);
            openblas_nolapack.cblas_sscal(length, (float) factor, at(to, part), 1);
            openblas_nolapack.cblas_saxpy(length, (float) added, at(from, part), 1, at(to, part), 1);
        });
    }

    private static int parts(long length) {
        return Math.toIntExact((length + PART - 1) / PART);
    }

    private static int length(long length, int part) {
        return (int) Math.min(PART, length - (long) part * PART);
    }

    private static FloatPointer pointer(INDArray vector) {
        return new FloatPointer(vector.data().addressPointer());
    }

    private static FloatPointer at(FloatPointer vector, int part) {
        return vector.getPointer((long) part * PART);
    }
}
