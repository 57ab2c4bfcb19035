package org.casdm.tensor;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Elements from their little-endian bytes. */
public final class ElementReader {

    private ElementReader() {}

    /** Element {@code index} of the bytes as a float: rounded to nearest if it is wider, 1 for true and 0 for false. */
    public static float floatAt(TensorType type, ByteBuffer bytes, int index) {
        return switch (type) {
            case F32 -> bytes.getFloat(index * 4);
            case F64 -> (float) bytes.getDouble(index * 8);
            case F16 -> HalfPrecision.fromFloat16(bytes.getShort(index * 2));
            case BF16 -> HalfPrecision.fromBfloat16(bytes.getShort(index * 2));
            case F8_E4M3 -> Float8.fromE4m3(bytes.get(index));
            case F8_E4M3FNUZ -> Float8.fromE4m3Fnuz(bytes.get(index));
            case F8_E5M2 -> Float8.fromE5m2(bytes.get(index));
            case F8_E5M2FNUZ -> Float8.fromE5m2Fnuz(bytes.get(index));
            case F8_E8M0 -> Float8.fromE8m0(bytes.get(index));
            case U64 -> {
                long bits = bytes.getLong(index * 8);
                yield bits >= 0 ? (float) bits : 2 * (float) halved(bits);
            }
            case I64, I32, I16, I8, U32, U16, U8, BOOL -> (float) longAt(type, bytes, index);
        };
    }

    /** Element {@code index} of the bytes as a double: exact but for 64-bit integers beyond 2^53. */
    public static double doubleAt(TensorType type, ByteBuffer bytes, int index) {
        return switch (type) {
            case F64 -> bytes.getDouble(index * 8);
            case F32, F16, BF16, F8_E4M3, F8_E4M3FNUZ, F8_E5M2, F8_E5M2FNUZ, F8_E8M0 -> floatAt(type, bytes, index);
            case U64 -> {
                long bits = bytes.getLong(index * 8);
                yield bits >= 0 ? (double) bits : 2 * (double) halved(bits);
            }
            case I64, I32, I16, I8, U32, U16, U8, BOOL -> (double) longAt(type, bytes, index);
        };
    }

    /** Half of an unsigned number from 2^63 on; the bit that is lost still decides how it is rounded. */
    private static long halved(long unsigned) {
        return unsigned >>> 1 | unsigned & 1;
    }

    /**
     * Element {@code index} of the bytes of an integer type or of truth values; of U64 its 64 bits, which are a negative
     * number from 2^63 on.
     */
    public static long longAt(TensorType type, ByteBuffer bytes, int index) {
        return switch (type) {
            case I64, U64 -> bytes.getLong(index * 8);
            case I32 -> bytes.getInt(index * 4);
            case U32 -> Integer.toUnsignedLong(bytes.getInt(index * 4));
            case I16 -> bytes.getShort(index * 2);
            case U16 -> Short.toUnsignedLong(bytes.getShort(index * 2));
            case I8 -> bytes.get(index);
            case U8 -> Byte.toUnsignedInt(bytes.get(index));
            case BOOL -> bytes.get(index) == 0 ? 0 : 1;
            case F64, F32, F16, BF16, F8_E4M3, F8_E4M3FNUZ, F8_E5M2, F8_E5M2FNUZ, F8_E8M0 ->
                throw new IllegalArgumentException(type + " is not a type of integers");
        };
    }

    /** Decodes {@code count} elements from the start of the bytes. */
    public static void toFloats(TensorType type, ByteBuffer bytes, int count, FloatBuffer destination) {
        if (type == TensorType.F32) {
            destination.put(bytes.asFloatBuffer().limit(count));
            return;
        }
        for (var i = 0; i < count; i++) {
            destination.put(floatAt(type, bytes, i));
        }
    }
}
