package org.casdm.tensor.pytorch;

import java.util.Arrays;

/**
 * Where the elements of a tensor lie in its storage: element (i, j, ...) at
 * {@code offset + i * strides[0] + j * strides[1] + ...}, all counted in elements.
 */
final class StridedLayout {

    private static final int MOST_DIMENSIONS = 64;
    /** A view that repeats elements (an expanded tensor) may grow to this many of them at least. */
    private static final long MOST_REPEATED = 1L << 24;

    private final long offset;
    private final long[] shape;
    private final long[] strides;
    private final long elementCount;

    /**
     * @param storageCount elements of the storage; the layout is checked to stay inside
     * @throws IllegalArgumentException saying what is wrong, if the layout leaves the storage, has a negative number
     *         in it, or repeats elements so often that it would take memory out of proportion to the file
     */
    StridedLayout(long offset, long[] shape, long[] strides, long storageCount) {
        if (shape.length != strides.length || shape.length > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " does not fit strides " + Arrays.toString(strides));
        }
        this.offset = offset;
        this.shape = shape.clone();
        this.strides = strides.clone();
        try {
            this.elementCount = checkedCount(shape);
            checkInside(storageCount);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(this + " is larger than any storage", e);
        }
        if (elementCount > storageCount && elementCount > MOST_REPEATED) {
            throw new IllegalArgumentException(
                    this + " has " + elementCount + " elements over a storage of " + storageCount);
        }
    }

    private static long checkedCount(long[] shape) {
        var count = 1L;
        for (var dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in shape " + Arrays.toString(shape));
            }
            // Zero is left out here, so that a shape which is absurd but empty is refused as well.
            count = Math.multiplyExact(count, Math.max(1, dimension));
        }
        // Bytes are counted in 64 bits too; an element has eight at most.
        Math.multiplyExact(count, (long) Long.BYTES);
        return Arrays.stream(shape).anyMatch(dimension -> dimension == 0) ? 0 : count;
    }

    private void checkInside(long storageCount) {
        if (offset < 0 || Arrays.stream(strides).anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException(this + ": negative storage offsets and strides are refused");
        }
        if (elementCount > 0 && Math.addExact(offset, span()) > storageCount) {
            throw new IllegalArgumentException(this + " reaches beyond its storage of " + storageCount + " elements");
        }
    }

    long offset() {
        return offset;
    }

    long[] shape() {
        return shape.clone();
    }

    long[] strides() {
        return strides.clone();
    }

    long elementCount() {
        return elementCount;
    }

    /** Elements of the storage from the first that the tensor uses to the last, both included. */
    long span() {
        if (elementCount == 0) {
            return 0;
        }
        var last = 0L;
        for (var axis = 0; axis < shape.length; axis++) {
            last = Math.addExact(last, Math.multiplyExact(shape[axis] - 1, strides[axis]));
        }
        return Math.addExact(last, 1);
    }

    /** Whether the elements lie in C order without gaps. */
    boolean isContiguous() {
        if (elementCount == 0) {
            return true;
        }
        var expected = 1L;
        for (var axis = shape.length - 1; axis >= 0; axis--) {
            // The stride of a dimension of one element is never used, and PyTorch leaves odd numbers there.
            if (shape[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= shape[axis];
        }
        return true;
    }

    @Override
    public String toString() {
        return "tensor of shape " + Arrays.toString(shape) + ", strides " + Arrays.toString(strides)
                + ", storage offset " + offset;
    }
}
