package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.casdm.random.CounterRandom;
import org.junit.jupiter.api.Test;

class ImageNoiseTest {

    private static float[] initial(long seed, long image, int count) {
        var values = new float[count];
        new ImageNoise(seed).initial(image, values, 0, count);
        return values;
    }

    private static float[] ofStep(long seed, int step, long image, int count) {
        var values = new float[count];
        new ImageNoise(seed).ofStep(step, image, values, 0, count);
        return values;
    }

    @Test
    void isStandardNormalWithoutCorrelation() {
        int count = 200_000;
        var values = initial(1, 0, count);
        var other = initial(1, 1, count);
        double[] moments = new double[5];
        for (int i = 0; i < count; i++) {
            for (int power = 1; power <= 4; power++) {
                moments[power] += Math.pow(values[i], power) / count;
            }
            moments[0] += (double) values[i] * other[i] / count;
        }
        assertThat(moments[0]).as("correlation").isCloseTo(0, within(0.01));
        assertThat(moments[1]).as("mean").isCloseTo(0, within(0.01));
        assertThat(moments[2]).as("variance").isCloseTo(1, within(0.015));
        assertThat(moments[3]).as("skewness").isCloseTo(0, within(0.03));
        assertThat(moments[4]).as("kurtosis").isCloseTo(3, within(0.1));
    }

    @Test
    void dependsOnlyOnSeedImageAndStep() {
        var values = new float[20];
        new ImageNoise(5).initial(7, values, 10, 9);
        assertThat(Arrays.copyOfRange(values, 10, 19)).containsExactly(initial(5, 7, 9));
        assertThat(values[9]).isZero();
        assertThat(values[19]).isZero();
        assertThat(Arrays.copyOf(initial(5, 7, 100), 9)).containsExactly(initial(5, 7, 9));

        assertThat(initial(5, 7, 9))
                .isNotEqualTo(initial(6, 7, 9))
                .isNotEqualTo(initial(5, 8, 9))
                .isNotEqualTo(initial(7, 5, 9))
                .isNotEqualTo(ofStep(5, 0, 7, 9));
        assertThat(ofStep(5, 0, 7, 9)).isNotEqualTo(ofStep(5, 1, 7, 9)).isNotEqualTo(ofStep(5, 0, 8, 9));
    }

    /** The definition, written out for one value. */
    @Test
    void followsItsDefinition() {
        long key = CounterRandom.key(-3, 1L << 40, 5);
        double u = 1 - CounterRandom.uniform(key, 2);
        double v = CounterRandom.uniform(key, 3);
        var values = ofStep(-3, 4, 1L << 40, 4);
        assertThat(values[2])
                .isCloseTo((float) (Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)), within(1e-6f));
        assertThat(values[3])
                .isCloseTo((float) (Math.sqrt(-2 * Math.log(u)) * Math.sin(2 * Math.PI * v)), within(1e-6f));
    }
}
