package org.casdm.tensor.pytorch;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.casdm.tensor.HalfPrecision;
import org.casdm.tensor.TensorType;

/** Elements from their little-endian bytes. */
final class ElementReader {

    private ElementReader() {}

    /** Element {@code index} of the bytes as a float: rounded to nearest if it is wider, 1 for true and 0 for false. */
    static float floatAt(TensorType type, ByteBuffer bytes, int index) {
        return switch (type) {
            case F32 -> bytes.getFloat(index * 4);
            case F64 -> (float) bytes.getDouble(index * 8);
            case F16 -> HalfPrecision.fromFloat16(bytes.getShort(index * 2));
            case BF16 -> HalfPrecision.fromBfloat16(bytes.getShort(index * 2));
            case I64, I32, I16, I8, U8, BOOL -> (float) longAt(type, bytes, index);
        };
    }

    /** Element {@code index} of the bytes as a double: exact but for 64-bit integers beyond 2^53. */
    static double doubleAt(TensorType type, ByteBuffer bytes, int index) {
        return switch (type) {
            case F64 -> bytes.getDouble(index * 8);
            case F32, F16, BF16 -> floatAt(type, bytes, index);
            case I64, I32, I16, I8, U8, BOOL -> (double) longAt(type, bytes, index);
        };
    }

    /** Element {@code index} of the bytes of an integer type or of truth values. */
    static long longAt(TensorType type, ByteBuffer bytes, int index) {
        return switch (type) {
            case I64 -> bytes.getLong(index * 8);
            case I32 -> bytes.getInt(index * 4);
            case I16 -> bytes.getShort(index * 2);
            case I8 -> bytes.get(index);
            case U8 -> Byte.toUnsignedInt(bytes.get(index));
            case BOOL -> bytes.get(index) == 0 ? 0 : 1;
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(type + " is not a type of integers");
        };
    }

    /** Decodes {@code count} elements from the start of the bytes. */
    static void toFloats(TensorType type, ByteBuffer bytes, int count, FloatBuffer destination) {
        if (type == TensorType.F32) {
            destination.put(bytes.asFloatBuffer().limit(count));
            return;
        }
        for (var i = 0; i < count; i++) {
            destination.put(floatAt(type, bytes, i));
        }
    }
}
