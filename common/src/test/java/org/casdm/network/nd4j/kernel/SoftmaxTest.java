package org.casdm.network.nd4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftmaxTest {

    private static final Scratch SCRATCH = new Scratch(new ConcurrentLinkedQueue<>());

    @Test
    void exponentialIsExactToThreeUnitsOfTheLastPlace() {
        var values = new float[43_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = -i / 1000f;
        }
        var result = values.clone();
        Softmax.exponential(result, new float[values.length], values.length);
        for (int i = 0; i < values.length; i++) {
            double expected = Math.exp(values[i]);
            assertThat(result[i])
                    .as("e^%s", values[i])
                    .isCloseTo((float) expected, within(3 * Math.ulp((float) expected)));
        }
        assertThat(result[0]).isEqualTo(1);
    }

    /** Of widths that fill a tile, do not, and exceed it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 49, 256, 4096, 5000})
    void rowsAddUpToOne(int width) {
        var values = FloatBuffer.allocate(7 * width);
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, 40 * (float) Math.sin(i * 0.7) + 100 * (i / width));
        }
        var before = values.array().clone();
        Softmax.forward(values, width, 5, width, SCRATCH);
        for (int row = 1; row < 6; row++) {
            double sum = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                sum += values.get(i);
            }
            assertThat(sum).as("row %d", row).isCloseTo(1, within(1e-5));
        }
        for (int i = 0; i < width; i++) {
            assertThat(values.get(i)).as("before the rows").isEqualTo(before[i]);
            assertThat(values.get(6 * width + i)).as("after the rows").isEqualTo(before[6 * width + i]);
        }
    }

    @Test
    void notANumberStaysOne() {
        var values = FloatBuffer.wrap(new float[] {1, Float.NaN, 2, 3, 4, 5});
        Softmax.forward(values, 0, 2, 3, SCRATCH);
        assertThat(values.get(0)).isNaN();
        assertThat(values.get(3)).isFinite();
    }
}
