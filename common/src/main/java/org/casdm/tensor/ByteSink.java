package org.casdm.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the elements of a tensor as little-endian bytes in C order, chunk after chunk. */
@FunctionalInterface
public interface ByteSink {

    /**
     * Takes what is between the buffer's position and limit: a whole number of elements, the buffer's order being
     * little endian. The buffer is the caller's and changes after the call: an implementation copies what it keeps.
     */
    void accept(ByteBuffer chunk) throws IOException;
}
