package org.casdm.network.nd4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of arrays on the CPU, for loops in Java. */
public final class HostMemory {

    private HostMemory() {
    }

    /**
     * The memory of a dense float32 array in C order, from its first element. Reading and writing it is reading and
     * writing the array, which has to outlive the buffer.
     */
    public static FloatBuffer floats(INDArray array) {
        return pointer(array).asByteBuffer().asFloatBuffer();
    }

    /** As {@link #floats}, for native functions. */
    static FloatPointer pointer(INDArray array) {
        long length = array.length();
        if (length > Integer.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException("An activation of " + length + " elements is over 2 GiB: use a smaller"
                    + " batch per worker");
        }
        return new FloatPointer(array.data().addressPointer()).capacity(length);
    }
}
