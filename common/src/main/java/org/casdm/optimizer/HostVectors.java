package org.casdm.optimizer;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Passes over vectors as long as a model, float32 on the CPU, in parts of a fixed size. They take the time in which memory
 * is read and written once. The processors share the parts, also those that a worker does not count as its own: a pass
 * is short, and ends sooner so. The result does not depend on how many there are.
 */
final class HostVectors {

    /** Floats that a processor's second-level cache holds: what works twice on a part reads the memory once. */
    private static final int PART = 1 << 16;

    /** Floats that the first-level cache holds of three vectors. */
    private static final int TILE = 1 << 11;

    private HostVectors() {}

    /** Whether a vector of float32 lies here, one value after another. */
    static boolean suits(INDArray vector) {
        return vector.dataType() == DataType.FLOAT
                && HostMemory.isOnHost(vector)
                && (vector.length() == 1 || vector.elementWiseStride() == 1);
    }

    /** target ← factor · target + added · source, by BLAS. */
    static void blend(INDArray target, double factor, double added, INDArray source) {
        var to = pointer(target);
        var from = pointer(source);
        IntStream.range(0, parts(target.length())).parallel().forEach(part -> {
            int length = length(target.length(), part);
            openblas_nolapack.cblas_sscal(length, (float) factor, at(to, part), 1);
            openblas_nolapack.cblas_saxpy(length, (float) added, at(from, part), 1, at(to, part), 1);
        });
    }

    /**
     * What a step of Adam computes with: g ← factor · gradient, m ← β1 · m + (1 - β1) · g, v ← β2 · v + (1 - β2) · g²,
     * gradient ← rate · m / (√v + ε).
     */
    record Adam(double factor, double beta1, double beta2, double rate, double epsilon) {}

    /** A step of Adam: gradient and both moments are overwritten. */
    static void adam(INDArray gradient, INDArray firstMoment, INDArray secondMoment, Adam adam) {
        var g = HostMemory.floats(gradient);
        var m = HostMemory.floats(firstMoment);
        var v = HostMemory.floats(secondMoment);
        long length = gradient.length();
        IntStream.range(0, parts(length)).parallel().forEach(part -> {
            var gradients = new float[TILE];
            var first = new float[TILE];
            var second = new float[TILE];
            int start = part * PART;
            int end = start + length(length, part);
            for (int at = start; at < end; at += TILE) {
                int count = Math.min(TILE, end - at);
                g.get(at, gradients, 0, count);
                m.get(at, first, 0, count);
                v.get(at, second, 0, count);
                adam(gradients, first, second, adam, count);
                g.put(at, gradients, 0, count);
                m.put(at, first, 0, count);
                v.put(at, second, 0, count);
            }
        });
    }

    /** In short loops, which the JIT compiler vectorises. */
    private static void adam(float[] gradients, float[] first, float[] second, Adam adam, int count) {
        float factor = (float) adam.factor;
        float beta1 = (float) adam.beta1;
        float rest1 = (float) (1 - adam.beta1);
        float beta2 = (float) adam.beta2;
        float rest2 = (float) (1 - adam.beta2);
        float rate = (float) adam.rate;
        float epsilon = (float) adam.epsilon;
        for (int i = 0; i < count; i++) {
            float g = factor * gradients[i];
            first[i] = beta1 * first[i] + rest1 * g;
            second[i] = beta2 * second[i] + rest2 * g * g;
        }
        for (int i = 0; i < count; i++) {
            gradients[i] = rate * first[i] / ((float) Math.sqrt(second[i]) + epsilon);
        }
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
