package org.casdm.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Where a {@link TensorSource} pushes its elements, in C order, in chunks of any length. */
public interface TensorSink extends FloatSink {

    /**
     * Writes floats, converted to the tensor's type (rounded to nearest, ties to even, for the half-width types).
     * Everything up to the buffer's limit is taken. The tensor's type must be a floating-point one.
     */
    @Override
    void accept(FloatBuffer chunk) throws IOException;

    /** Writes part of an array of floats; see {@link #accept(FloatBuffer)}. */
    default void accept(float[] values, int offset, int length) throws IOException {
        accept(FloatBuffer.wrap(values, offset, length));
    }

    /** Writes elements of any type as they are in the file: little-endian, whole elements in each chunk. */
    void acceptBytes(ByteBuffer chunk) throws IOException;
}
