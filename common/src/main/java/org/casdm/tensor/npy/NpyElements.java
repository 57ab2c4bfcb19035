package org.casdm.tensor.npy;

import java.io.IOException;

/** Pushes the elements of an array, in C order. Called twice for an array of an archive, with the same result. */
@FunctionalInterface
public interface NpyElements {

    void writeTo(NpySink sink) throws IOException;
}
