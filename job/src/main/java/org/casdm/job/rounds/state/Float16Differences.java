package org.casdm.job.rounds.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Differences of float32 numbers as float16 (IEEE 754 binary16). Pieces of {@value #PIECE} numbers are scaled by a power
 * of two each, so that the largest one uses the range; numbers are rounded to nearest, ties to even.
 *
 * <p>A block of n numbers takes two bytes for each piece (the exponent of its scale), then two for each number. All
 * buffers are little-endian; their positions stay. Not thread-safe.
 */
public final class Float16Differences {

    /** Numbers with one scale. */
    static final int PIECE = 2048;

    /** Scaled numbers are below 2 to the power of this plus 1, which float16 holds. */
    private static final int TOP_EXPONENT = 14;

    /** Largest exponent of a scale, either sign: beyond it 2 to that power, or its inverse, is no normal float32 number. */
    private static final int LARGEST_SCALE = 126;

    private static final int INFINITY = 0x7c00;
    /** Below that, in bits of float32, float16 is subnormal. */
    private static final int SMALLEST_NORMAL = 0x38800000;
    /** From here on, in bits of float32, numbers round to infinity. */
    private static final int OVERFLOW = 0x477ff000;

    private final float[] values = new float[PIECE];
    private final float[] others = new float[PIECE];
    private final float[] errors = new float[PIECE];
    private final short[] halves = new short[PIECE];

    /** Bytes of so many numbers. */
    public static int bytes(int numbers) {
        return (pieces(numbers) + numbers) * Short.BYTES;
    }

    private static int pieces(int numbers) {
        return (numbers + PIECE - 1) / PIECE;
    }

    /**
     * Encodes {@code now - before + error}, and keeps what float16 cannot hold of it in {@code error}.
     *
     * @param now    float32
     * @param before float32, as many
     * @param error  float32, as many; what the last call left, and receives what this one leaves
     * @param target receives {@link #bytes} bytes
     */
    public void encode(ByteBuffer now, ByteBuffer before, ByteBuffer error, ByteBuffer target) {
        FloatBuffer after = floats(now);
        FloatBuffer start = floats(before);
        FloatBuffer rest = floats(error);
        int length = after.remaining();
        ShortBuffer output = shorts(target);
        for (int done = 0; done < length; done += PIECE) {
            int count = Math.min(PIECE, length - done);
            after.get(values, 0, count);
            start.get(others, 0, count);
            rest.get(done, errors, 0, count);
            for (int i = 0; i < count; i++) {
                values[i] = (float) ((double) values[i] - others[i] + errors[i]);
            }
            encodePiece(count, done, length, output);
            for (int i = 0; i < count; i++) {
                errors[i] = values[i] - others[i];
            }
            rest.put(errors, 0, count);
        }
    }

    /**
     * Encodes float32 numbers; what float16 cannot hold is lost.
     *
     * @param numbers float32
     * @param target  receives {@link #bytes} bytes
     */
    public void encode(ByteBuffer numbers, ByteBuffer target) {
        FloatBuffer input = floats(numbers);
        int length = input.remaining();
        ShortBuffer output = shorts(target);
        for (int done = 0; done < length; done += PIECE) {
            int count = Math.min(PIECE, length - done);
            input.get(values, 0, count);
            encodePiece(count, done, length, output);
        }
    }

    /** Writes {@code values}, and puts what the reader will have of them into {@code others}. */
    private void encodePiece(int count, int done, int length, ShortBuffer output) {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        int exponent = largest == 0 || Float.isNaN(largest) ? 0 : TOP_EXPONENT - Math.getExponent(largest);
        exponent = Math.max(-LARGEST_SCALE, Math.min(LARGEST_SCALE, exponent));
        float scale = Math.scalb(1f, exponent);
        float back = Math.scalb(1f, -exponent);
        for (int i = 0; i < count; i++) {
            halves[i] = half(values[i] * scale);
            others[i] = number(halves[i]) * back;
        }
        output.put(done / PIECE, (short) exponent);
        output.put(pieces(length) + done, halves, 0, count);
    }

    /**
     * Decodes.
     *
     * @param encoded as {@link #encode} wrote them
     * @param numbers receives float32
     */
    public void decode(ByteBuffer encoded, ByteBuffer numbers) {
        FloatBuffer output = floats(numbers);
        ShortBuffer input = shorts(encoded);
        int length = output.remaining();
        for (int done = 0; done < length; done += PIECE) {
            int count = decodePiece(input, done, length);
            output.put(values, 0, count);
        }
    }

    /**
     * Adds decoded numbers to others.
     *
     * @param encoded as {@link #encode} wrote them
     * @param before  float32
     * @param sum     receives the sums; may be {@code before}
     */
    public void add(ByteBuffer encoded, ByteBuffer before, ByteBuffer sum) {
        FloatBuffer start = floats(before);
        FloatBuffer output = floats(sum);
        ShortBuffer input = shorts(encoded);
        int length = output.remaining();
        for (int done = 0; done < length; done += PIECE) {
            int count = decodePiece(input, done, length);
            start.get(others, 0, count);
            for (int i = 0; i < count; i++) {
                others[i] += values[i];
            }
            output.put(others, 0, count);
        }
    }

    /** Reads a piece into {@code values}. */
    private int decodePiece(ShortBuffer input, int done, int length) {
        int count = Math.min(PIECE, length - done);
        float back = Math.scalb(1f, -input.get(done / PIECE));
        input.get(pieces(length) + done, halves, 0, count);
        for (int i = 0; i < count; i++) {
            values[i] = number(halves[i]) * back;
        }
        return count;
    }

    /** The nearest float16. */
    static short half(float number) {
        int bits = Float.floatToRawIntBits(number);
        int sign = bits >>> 16 & 0x8000;
        int size = bits & 0x7fffffff;
        if (size > 0x7f800000) {
            return (short) (sign | INFINITY | 0x200);
        }
        if (size >= OVERFLOW) {
            return (short) (sign | INFINITY);
        }
        if (size < SMALLEST_NORMAL) {
            // The last place of 0.5 is float16's smallest number: the sum is rounded as float16 is.
            return (short) (sign | Float.floatToRawIntBits(Float.intBitsToFloat(size) + 0.5f) - 0x3f000000);
        }
        int rounded = size + 0xfff + (size >>> 13 & 1);
        return (short) (sign | (rounded - 0x38000000) >>> 13);
    }

    /** The float32 with the value of a float16. */
    static float number(short half) {
        int size = half & 0x7fff;
        float number = size < INFINITY
                ? Float.intBitsToFloat(size << 13) * 0x1p112f
                : size == INFINITY ? Float.POSITIVE_INFINITY : Float.NaN;
        return half < 0 ? -number : number;
    }

    private static FloatBuffer floats(ByteBuffer bytes) {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    private static ShortBuffer shorts(ByteBuffer bytes) {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    }
}
