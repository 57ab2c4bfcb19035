package org.casdm.tensor;

import java.io.IOException;

/** A tensor in an open file. Its elements stay there until they are asked for; they come in C order. */
public interface StoredTensor {

    /** Name, element type and shape. */
    TensorInfo info();

    /** Reads the elements as floats: wider types are rounded to nearest, truth values are 1 and 0. */
    void read(FloatSink sink) throws IOException;

    /** Reads the elements as they are, in little-endian bytes. */
    void readBytes(ByteSink sink) throws IOException;
}
