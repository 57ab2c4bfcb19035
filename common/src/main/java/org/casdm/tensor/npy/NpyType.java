package org.casdm.tensor.npy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.casdm.tensor.HalfPrecision;

/** The element types that are read, by NumPy's array-protocol code without its byte order. */
public enum NpyType {
    BOOL("b1", 1),
    INT8("i1", 1),
    UINT8("u1", 1),
    INT16("i2", 2),
    UINT16("u2", 2),
    INT32("i4", 4),
    UINT32("u4", 4),
    INT64("i8", 8),
    FLOAT16("f2", 2),
    FLOAT32("f4", 4),
    FLOAT64("f8", 8);

    private final String code;
    private final int bytes;

    NpyType(String code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** NumPy's code: {@code "f4"} for float32. */
    public String code() {
        return code;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether the values are floating-point numbers. */
    public boolean isFloating() {
        return code.charAt(0) == 'f';
    }

    static Optional<NpyType> ofCode(String code) {
        return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
    }

    /** The element at a place of a buffer that has the file's byte order; an int64 beyond 2^53 is rounded. */
    double valueAt(ByteBuffer buffer, int position) {
        return switch (this) {
            case BOOL -> buffer.get(position) == 0 ? 0 : 1;
            case INT8 -> buffer.get(position);
            case UINT8 -> buffer.get(position) & 0xff;
            case INT16 -> buffer.getShort(position);
            case UINT16 -> buffer.getShort(position) & 0xffff;
            case INT32 -> buffer.getInt(position);
            case UINT32 -> buffer.getInt(position) & 0xffff_ffffL;
            case INT64 -> buffer.getLong(position);
            case FLOAT16 -> HalfPrecision.fromFloat16(buffer.getShort(position));
            case FLOAT32 -> buffer.getFloat(position);
            case FLOAT64 -> buffer.getDouble(position);
        };
    }
}
