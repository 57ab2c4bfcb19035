package org.casdm.data.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class PixelsTest {
    @Test
    void theEndsOfTheRange() {
        assertThat(Pixels.toFloat((byte) 0)).isEqualTo(-1f);
        assertThat(Pixels.toFloat((byte) 255)).isEqualTo(1f);
        assertThat(Pixels.toByte(-1f)).isEqualTo((byte) 0);
        assertThat(Pixels.toByte(1f)).isEqualTo((byte) 255);
        assertThat(Pixels.toByte(-3f)).isEqualTo((byte) 0);
        assertThat(Pixels.toByte(7f)).isEqualTo((byte) 255);
        assertThat(Pixels.toByte(Float.NaN)).isEqualTo((byte) 0);
        // Truncated: (0.5 + 1) * 127.5 = 191.25, (0.999 + 1) * 127.5 = 254.87.
        assertThat(Pixels.toByte(0.5f) & 0xff).isEqualTo(191);
        assertThat(Pixels.toByte(0.999f) & 0xff).isEqualTo(254);
    }

    @Test
    void thereAndBackLosesAtMostOneLevel() {
        for (int value = 0; value < 256; value++) {
            int back = Pixels.toByte(Pixels.toFloat((byte) value)) & 0xff;
            assertThat(value - back).isBetween(0, 1);
        }
    }

    @Test
    void valuesKeepTheirOrder() {
        byte[] samples = {9, 10, 20, 30, 11, 21, 31};
        float[] last = new float[8];
        Pixels.toFloats(samples, 1, 6, last, 2);
        assertThat(last).containsExactly(0, 0, f(10), f(20), f(30), f(11), f(21), f(31));

        float[] half = {-1, 1, -0.5f, 0.5f, 0, 2};
        byte[] bytes = new byte[7];
        Pixels.toBytes(FloatBuffer.wrap(half), bytes, 0, 6);
        assertThat(bytes).containsExactly(0, -1, 63, (byte) 191, 127, -1, 0);
    }

    private static float f(int value) {
        return value / 127.5f - 1;
    }

    @Test
    void mirrorsRowByRow() {
        byte[] samples = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0};
        Pixels.mirror(samples, 1, 2, 3, 2);
        assertThat(samples).containsExactly(0, 5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8, 0);
    }
}
