package org.casdm.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class GradientNormTest {

    /** No multiple of what processors take at once. */
    private static final int LENGTH = 10_007;

    private static float[] values() {
        var random = new Random(3);
        var values = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static INDArray vector(float[] values) {
        return Nd4j.createFromArray(values).reshape(1, values.length);
    }

    @Test
    void isTheRootOfTheSumOfSquares() {
        double squares = 0;
        for (float value : values()) {
            squares += (double) value * value;
        }
        var vector = vector(values());
        assertThat(GradientNorm.of(vector)).isCloseTo(Math.sqrt(squares), within(1e-4));
        assertThat(GradientNorm.of(vector.castTo(DataType.DOUBLE))).isCloseTo(Math.sqrt(squares), within(1e-9));
        assertThat(GradientNorm.of(vector(new float[LENGTH]))).isZero();
        var part = vector.reshape(LENGTH).get(NDArrayIndex.interval(5, 7));
        assertThat(GradientNorm.of(part)).isCloseTo(Math.hypot(values()[5], values()[6]), within(1e-6));
    }

    @Test
    void partsAddUp() {
        int length = 3 * (1 << 18) + 5;
        assertThat(GradientNorm.of(Nd4j.ones(DataType.FLOAT, length).muli(2))).isEqualTo(2 * Math.sqrt(length));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e20f})
    void oneBadValueAnywhereShows(float bad) {
        for (int place : new int[] {0, 1, 31, 32, LENGTH / 2, LENGTH - 2, LENGTH - 1}) {
            var values = values();
            values[place] = bad;
            assertThat(Double.isFinite(GradientNorm.of(vector(values))))
                    .as("place " + place)
                    .isFalse();
        }
    }
}
