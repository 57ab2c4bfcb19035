package org.casdm.job.rounds.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A flat float32 array of a graph (its parameters, or its updater's state) as raw little-endian bytes.
 *
 * <p>Bytes are read and written in the array's own memory, with 64-bit offsets. With a GPU backend that is the
 * host's copy of it: call {@link #bringToHost()} before the first read or write and {@link #written()} after the last
 * write, on a thread that belongs to the array's device.
 */
public final class FlatVector {

    /** The array; null if there is none, as for an updater without state. */
    private final INDArray array;

    private FlatVector(INDArray array) {
        this.array = array;
    }

    /**
     * Wraps an array.
     *
     * @param name  what it is, for the error message
     * @param array all of a contiguous float32 buffer, or null for a vector of length 0
     */
    public static FlatVector of(String name, INDArray array) {
        if (array == null || array.isEmpty()) {
            return new FlatVector(null);
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("parameter averaging needs a little-endian machine, this one is not");
        }
        if (array.dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException("the " + name + " are " + array.dataType()
                    + ": parameter averaging needs a network of data type FLOAT");
        }
        if (array.offset() != 0 || array.data().length() != array.length()) {
            throw new IllegalArgumentException("the " + name + " are a view of a larger array");
        }
        return new FlatVector(array);
    }

    /** Number of floats. */
    long length() {
        return array == null ? 0 : array.length();
    }

    /** Makes sure that there is a copy on the host, and that it is current. */
    void bringToHost() {
        if (array != null) {
            Nd4j.getExecutioner().commit();
            Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
        }
    }

    /** Makes the host's copy the valid one. */
    void written() {
        if (array != null) {
            Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
        }
    }

    /** The vector's own memory on the host, valid as long as the array. */
    public FloatPointer pointer() {
        return new FloatPointer(array.data().pointer()).position(0).limit(array.length());
    }

    /**
     * A part of the vector.
     *
     * @return its own memory as bytes, to be read and written; a buffer of the caller's own. Valid as long as the array
     */
    ByteBuffer bytes(long firstFloat, int floats) {
        if (firstFloat < 0 || floats < 0 || firstFloat + floats > length()) {
            throw new IndexOutOfBoundsException(
                    "floats " + firstFloat + " to " + (firstFloat + floats) + " of a vector of " + length());
        }
        // The pointer moves, not the buffer's position: that would be limited to 2 GiB.
        return new BytePointer(array.data().pointer())
                .getPointer(firstFloat * Float.BYTES)
                .position(0)
                .limit((long) floats * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
