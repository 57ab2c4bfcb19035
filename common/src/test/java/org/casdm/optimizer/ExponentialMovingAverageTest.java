package org.casdm.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ExponentialMovingAverageTest {

    private static INDArray random(long seed, int length) {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Nd4j.createFromArray(values);
    }

    /** Shorter than a part of what processors share, and several parts with a rest. */
    @ParameterizedTest
    @CsvSource({"1,FLOAT", "7,FLOAT", "600001,FLOAT", "7,DOUBLE"})
    void takesInTheParameters(int length, DataType type) {
        var average = random(1, length).castTo(type);
        var parameters = random(2, length).castTo(type);
        var before = average.dup();
        new ExponentialMovingAverage(0.9, average).update(parameters, 2);
        for (int i = 0; i < length; i += 1 + length / 1000) {
            assertThat(average.getDouble(i))
                    .isCloseTo(0.81 * before.getDouble(i) + 0.19 * parameters.getDouble(i), within(1e-6));
        }
        int last = length - 1;
        assertThat(average.getDouble(last))
                .isCloseTo(0.81 * before.getDouble(last) + 0.19 * parameters.getDouble(last), within(1e-6));
    }

    @Test
    void leavesMemoryOutsideAViewUntouched() {
        var whole = random(1, 1000);
        var before = whole.dup();
        var average = whole.get(NDArrayIndex.interval(10, 20));
        new ExponentialMovingAverage(0, average).update(random(2, 10), 1);
        assertThat(average).isEqualTo(random(2, 10));
        assertThat(whole.get(NDArrayIndex.interval(0, 10))).isEqualTo(before.get(NDArrayIndex.interval(0, 10)));
        assertThat(whole.get(NDArrayIndex.interval(20, 1000))).isEqualTo(before.get(NDArrayIndex.interval(20, 1000)));
    }

    @Test
    void invalidRate_isRefused() {
        for (double rate : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> new ExponentialMovingAverage(rate, random(1, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Double.toString(rate));
        }
    }
}
