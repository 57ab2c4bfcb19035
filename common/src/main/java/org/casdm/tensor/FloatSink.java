package org.casdm.tensor;

import java.io.IOException;
import java.nio.FloatBuffer;

/** Takes the elements of a tensor in C order, chunk after chunk. */
@FunctionalInterface
public interface FloatSink {

    /**
     * Takes what is between the buffer's position and limit. The buffer is the caller's and changes after the call:
     * an implementation copies what it keeps.
     */
    void accept(FloatBuffer chunk) throws IOException;

    /** A sink that fills the array from its start; more values than it holds are a {@code BufferOverflowException}. */
    static FloatSink into(float[] destination) {
        return FloatBuffer.wrap(destination)::put;
    }
}
