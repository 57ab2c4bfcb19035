package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The way between arrays and Java: the memory of arrays on the CPU, for loops; copies for any. */
public final class HostMemory {

    private HostMemory() {}

    /**
     * The memory of a dense float32 array in C order, from its first element. Reading and writing it is reading and
     * writing the array, which has to outlive the buffer.
     */
    public static FloatBuffer floats(INDArray array) {
        return pointer(array).asByteBuffer().asFloatBuffer();
    }

    /** The first {@code length} floats of native memory, which has to outlive the buffer. */
    static FloatBuffer floats(FloatPointer memory, int length) {
        return new FloatPointer(memory).capacity(length).asByteBuffer().asFloatBuffer();
    }

    /** As {@link #floats(INDArray)}, for native functions. */
    static FloatPointer pointer(INDArray array) {
        long length = array.length();
        if (length > Integer.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException(
                    "An activation of " + length + " elements is over 2 GiB: use a smaller" + " batch per worker");
        }
        return new FloatPointer(array.data().addressPointer()).capacity(length);
    }

    /**
     * A flat vector in native memory as an array [length]: on the CPU that very memory, which the array keeps alive; on
     * a GPU a copy.
     */
    public static INDArray vector(FloatPointer values) {
        long length = values.limit() - values.position();
        if (Nd4j.getEnvironment().isCPU()) {
            return Nd4j.create(Nd4j.createBuffer(values, length, DataType.FLOAT), length);
        }
        var copy = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
        Nd4j.getAffinityManager().ensureLocation(copy, Location.HOST);
        Pointer.memcpy(copy.data().pointer(), values, length * Float.BYTES);
        Nd4j.getAffinityManager().tagLocation(copy, Location.HOST);
        return copy;
    }

    /** Copies values, in C order, into a dense array of any type and backend. */
    public static void upload(float[] values, INDArray target) {
        if (isOnHost(target)) {
            floats(target).put(values, 0, (int) target.length());
        } else {
            try (var copy = Nd4j.create(values, target.shape(), 'c')) {
                target.assign(copy);
            }
        }
    }

    /** Copies the first {@code length} values into a dense array of any type and backend; the rest of it becomes 0. */
    public static void uploadAndFill(float[] values, int length, INDArray target) {
        if (length == target.length()) {
            upload(values, target);
        } else {
            var filled = new float[(int) target.length()];
            System.arraycopy(values, 0, filled, 0, length);
            upload(filled, target);
        }
    }

    /** Copies a dense array of any type and backend, in C order, to values from {@code start} on. */
    public static void download(INDArray array, float[] values, int start) {
        download(array, values, start, (int) array.length());
    }

    /** Copies the first elements of a dense array of any type and backend, in C order, to {@code start} and on. */
    public static void download(INDArray array, float[] values, int start, int length) {
        if (isOnHost(array)) {
            floats(array).get(values, start, length);
        } else {
            System.arraycopy(array.reshape(array.length()).toFloatVector(), 0, values, start, length);
        }
    }

    /** Whether an array's memory can be read and written here: float32 on the CPU. */
    public static boolean isOnHost(INDArray array) {
        return array.dataType() == DataType.FLOAT && Nd4j.getEnvironment().isCPU();
    }
}
