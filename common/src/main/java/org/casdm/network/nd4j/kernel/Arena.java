package org.casdm.network.nd4j.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
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

    /** Memory, and its views of the shapes that were asked for: made once, since a view of a view costs ever more. */
    private record Block(INDArray memory, List<INDArray> views) {

        INDArray as(long[] shape) {
            for (var view : views) {
                if (Arrays.equals(view.shape(), shape)) {
                    return view;
                }
            }
            var view = memory.reshape('c', shape);
            views.add(view);
            return view;
        }
    }

    private final DataType dataType;
    private final Map<Long, ArrayDeque<Block>> free = new HashMap<>();
    private final Map<INDArray, Block> taken = new IdentityHashMap<>();
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
        Block block;
        if (sameLength == null || sameLength.isEmpty()) {
            allocatedElements += length;
            var memory = Nd4j.createUninitializedDetached(dataType, shape);
            block = new Block(memory, new ArrayList<>(List.of(memory)));
        } else {
            block = sameLength.pop();
        }
        var array = block.as(shape);
        taken.put(array, block);
        return array;
    }

    /**
     * Gives an array back; it must not be used afterwards.
     *
     * @throws IllegalArgumentException if {@link #take} has not given this very array, or it is back already
     */
    public void release(INDArray array) {
        var block = taken.remove(array);
        if (block == null) {
            throw new IllegalArgumentException("Not an array of this arena: " + Arrays.toString(array.shape()));
        }
        free.computeIfAbsent(array.length(), length -> new ArrayDeque<>()).push(block);
    }

    /** Forgets the arrays that were taken and not given back: the garbage collector frees them. */
    public void abandonTaken() {
        taken.clear();
    }

    /** Memory ever taken from the system, in bytes. */
    public long allocatedBytes() {
        return allocatedElements * dataType.width();
    }

    /** Frees the native memory of all arrays that were given back. */
    @Override
    public void close() {
        for (var sameLength : free.values()) {
            for (var block : sameLength) {
                if (block.memory().closeable()) {
                    block.memory().close();
                }
            }
        }
        free.clear();
        taken.clear();
    }
}
