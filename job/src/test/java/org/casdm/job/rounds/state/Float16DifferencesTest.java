package org.casdm.job.rounds.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Float16DifferencesTest {

    private static ByteBuffer bytes(float... values) {
        var bytes = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] floats(ByteBuffer bytes) {
        var values = new float[bytes.remaining() / Float.BYTES];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static ByteBuffer room(int numbers) {
        return ByteBuffer.allocateDirect(Float16Differences.bytes(numbers));
    }

    private static float[] random(int seed, int length, double spread) {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, spread * random.nextDouble()));
        }
        return values;
    }

    @Test
    void everyFloat16_isItsOwnNearest() {
        for (int half = 0; half < 1 << 16; half++) {
            float number = Float16Differences.number((short) half);
            if (!Float.isNaN(number)) {
                assertThat(Float16Differences.half(number)).isEqualTo((short) half);
            }
        }
    }

    /** Bits that NumPy's float16 has for the same numbers. */
    @Test
    void numbers_areRoundedToTheNearestTiesToEven() {
        assertThat(Float16Differences.half(1)).isEqualTo((short) 0x3c00);
        assertThat(Float16Differences.half(1 + 0x1p-11f)).as("tie to even").isEqualTo((short) 0x3c00);
        assertThat(Float16Differences.half(1 + 0x1p-11f + 0x1p-20f)).isEqualTo((short) 0x3c01);
        assertThat(Float16Differences.half(1 + 3 * 0x1p-11f)).as("tie to even").isEqualTo((short) 0x3c02);
        assertThat(Float16Differences.half(-0.1f)).isEqualTo((short) 0xae66);
        assertThat(Float16Differences.half(65519)).isEqualTo((short) 0x7bff);
        assertThat(Float16Differences.half(65520)).isEqualTo((short) 0x7c00);
        assertThat(Float16Differences.half(6.0e-5f)).as("subnormal").isEqualTo((short) 0x03ef);
        assertThat(Float16Differences.half(0x1p-25f)).as("tie to even").isEqualTo((short) 0);
        assertThat(Float16Differences.half(-0f)).isEqualTo((short) 0x8000);
        assertThat(Float16Differences.half(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
        assertThat(Float16Differences.number(Float16Differences.half(Float.NaN)))
                .isNaN();
    }

    @Test
    void decoded_isWithinTheRelativeErrorOfFloat16() {
        float[] values = random(1, 5001, 0);
        var encoded = room(values.length);
        var decoded = bytes(new float[values.length]);
        new Float16Differences().encode(bytes(values), encoded);
        new Float16Differences().decode(encoded, decoded);
        float[] results = floats(decoded);
        for (int i = 0; i < values.length; i++) {
            // Below a 2^-28th of the piece's largest, the absolute error counts.
            assertThat(Math.abs(results[i] - values[i])).isLessThanOrEqualTo(Math.abs(values[i]) * 0x1p-11f + 1e-7f);
        }
        assertThat(results).isNotEqualTo(values);
    }

    @Test
    void whatIsSentAndTheError_areTogetherWhatWasGiven() {
        float[] before = random(2, 3000, 2);
        float[] now = random(3, 3000, 2);
        float[] error = random(4, 3000, -3);
        var encoded = room(before.length);
        var rest = bytes(error);
        var sum = bytes(new float[before.length]);
        new Float16Differences().encode(bytes(now), bytes(before), rest, encoded);
        new Float16Differences().decode(encoded, sum);
        float[] sent = floats(sum);
        float[] left = floats(rest);
        for (int i = 0; i < before.length; i++) {
            float wanted = (float) ((double) now[i] - before[i] + error[i]);
            assertThat(sent[i] + left[i]).isEqualTo(wanted);
        }
    }

    /** Without the error's memory the small number would never move. */
    @Test
    void repeatedSmallDifferences_arriveBesideLargeOnes() {
        var differences = new Float16Differences();
        var error = bytes(0, 0);
        double[] arrived = new double[2];
        for (int round = 0; round < 1000; round++) {
            var encoded = room(2);
            differences.encode(bytes(30000, 1e-5f), bytes(0, 0), error, encoded);
            var decoded = bytes(0, 0);
            differences.decode(encoded, decoded);
            arrived[0] += floats(decoded)[0];
            arrived[1] += floats(decoded)[1];
        }
        assertThat(arrived[0]).isEqualTo(3e7);
        assertThat(arrived[1]).isBetween(0.01 - 1e-4, 0.01 + 1e-4);
    }

    @Test
    void add_addsWhatDecodeGives() {
        float[] values = random(5, 4100, -4);
        float[] before = random(6, 4100, 1);
        var encoded = room(values.length);
        new Float16Differences().encode(bytes(values), encoded);
        var decoded = bytes(new float[values.length]);
        new Float16Differences().decode(encoded, decoded);
        var sum = bytes(before);
        new Float16Differences().add(encoded, sum, sum);
        float[] expected = floats(decoded);
        for (int i = 0; i < expected.length; i++) {
            expected[i] += before[i];
        }
        assertThat(floats(sum)).containsExactly(expected);
    }

    @Test
    void extremes_stayWhatTheyAre() {
        float[] values = new float[3 * Float16Differences.PIECE];
        values[0] = Float.MAX_VALUE;
        values[Float16Differences.PIECE] = Float.MIN_VALUE;
        values[2 * Float16Differences.PIECE] = Float.NaN;
        values[2 * Float16Differences.PIECE + 1] = 0.5f;
        var encoded = room(values.length);
        new Float16Differences().encode(bytes(values), encoded);
        var decoded = bytes(new float[values.length]);
        new Float16Differences().decode(encoded, decoded);
        float[] results = floats(decoded);
        assertThat(results[0]).isBetween(0x1.ffcp127f * 0.999f, Float.POSITIVE_INFINITY);
        assertThat(results[Float16Differences.PIECE]).isBetween(0f, 2 * Float.MIN_VALUE);
        assertThat(results[2 * Float16Differences.PIECE]).isNaN();
        assertThat(results[2 * Float16Differences.PIECE + 1]).isEqualTo(0.5f);
    }
}
