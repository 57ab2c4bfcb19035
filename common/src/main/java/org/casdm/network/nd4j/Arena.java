package org.casdm.network.nd4j;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays that are used again: a fresh native allocation costs more than the arithmetic done in it.
 *
 * <p>An array is {@linkplain #take taken}, and {@linkplain #release given back} when its content is no longer needed;
 * the next taker of as many elements gets the same memory. Every step of training takes and gives the same sizes, so
 * after the first nothing is allocated. Not thread-safe: a network and its arena belong to one thread at a time.
 */
public final class Arena implements AutoCloseable {

    private final DataType dataType;
    private final Map<Long, ArrayDeque<INDArray>> free = new HashMap<>();
    private long allocatedElements;

    /** An empty arena for arrays of one type. */
    public Arena(DataType dataType) {
        this.dataType = dataType;
    }

    /** The type of the arrays. */
    public DataType dataType() {
        return dataType;
    }

    /** An array of this shape in C order, its content undefined. */
    public INDArray take(long... shape) {
        long length = 1;
        for (long side : shape) {
            length *= side;
        }
        var sameLength = free.get(length);
        if (sameLength == null || sameLength.isEmpty()) {
            allocatedElements += length;
            return Nd4j.createUninitializedDetached(dataType, shape);
        }
        var array = sameLength.pop();
        return Arrays.equals(array.shape(), shape) ? array : array.reshape('c', shape);
    }

    /** Gives an array back. It must have come from {@link #take} and must not be used afterwards. */
    public void release(INDArray array) {
        free.computeIfAbsent(array.length(), length -> new ArrayDeque<>()).push(array);
    }

    /** Memory ever taken from the system, in bytes. */
    public long allocatedBytes() {
        return allocatedElements * dataType.width();
    }

    /** Frees the native memory of all arrays that were given back. */
    @Override
    public void close() {
        for (var sameLength : free.values()) {
            for (var array : sameLength) {
                if (array.closeable()) {
                    array.close();
                }
            }
        }
        free.clear();
    }
}
