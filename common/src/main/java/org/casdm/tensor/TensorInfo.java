package org.casdm.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a file says of a tensor: its name, the type of its elements and its shape (C order, last dimension fastest).
 * A shape of no dimensions is a scalar; a dimension may be zero.
 */
public record TensorInfo(String name, TensorType type, long[] shape) {

    /**
     * @throws IllegalArgumentException if a dimension is negative or the tensor has more than 2^63 - 1 bytes
     */
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        shape = shape.clone();
        checkedByteSize(name, type, shape);
    }

    /** A tensor of 32-bit floats. */
    public static TensorInfo float32(String name, long... shape) {
        return new TensorInfo(name, TensorType.F32, shape);
    }

    private static long checkedByteSize(String name, TensorType type, long[] shape) {
        var size = (long) type.byteSize();
        for (var dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException(
                        "tensor '" + name + "': negative dimension in shape " + Arrays.toString(shape));
            }
            try {
                size = Math.multiplyExact(size, dimension);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        "tensor '" + name + "': shape " + Arrays.toString(shape) + " has more than 2^63 bytes", e);
            }
        }
        return size;
    }

    /** A copy of the shape. */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements; 1 for a scalar. */
    public long elementCount() {
        return byteSize() / type.byteSize();
    }

    /** Bytes of the elements in a file. */
    public long byteSize() {
        return checkedByteSize(name, type, shape);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo that
                && name.equals(that.name)
                && type == that.type
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, type, Arrays.hashCode(shape));
    }

    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(shape);
    }
}
