package org.casdm.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A tensor to be written: what it is, and how its elements are pushed. */
public interface TensorSource {

    TensorInfo info();

    /** Pushes all elements, {@link TensorInfo#elementCount()} of them, in C order. Called once for each writing. */
    void writeTo(TensorSink sink) throws IOException;

    /** How elements are pushed, for {@link #of(TensorInfo, Elements)}. */
    @FunctionalInterface
    interface Elements {
        void writeTo(TensorSink sink) throws IOException;
    }

    static TensorSource of(TensorInfo info, Elements elements) {
        return new TensorSource() {
            @Override
            public TensorInfo info() {
                return info;
            }

            @Override
            public void writeTo(TensorSink sink) throws IOException {
                elements.writeTo(sink);
            }

            @Override
            public String toString() {
                return info.toString();
            }
        };
    }

    /** A tensor of a floating-point type from an array, which is not copied. */
    static TensorSource of(TensorInfo info, float[] values) {
        return of(info, sink -> sink.accept(values, 0, values.length));
    }

    /** A tensor of any type from its little-endian bytes, which are not copied. */
    static TensorSource ofBytes(TensorInfo info, byte[] littleEndian) {
        return of(info, sink -> sink.acceptBytes(ByteBuffer.wrap(littleEndian)));
    }
}
