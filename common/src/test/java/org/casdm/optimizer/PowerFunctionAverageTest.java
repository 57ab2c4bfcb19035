package org.casdm.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.casdm.optimizer.PostHocAverage.Profile;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Power-function averages and their combination, against EDM2's functions and against themselves. */
class PowerFunctionAverageTest {

    private final Golden golden = Golden.load("phema");

    @Test
    void exponentsAndDecaysAreThoseOfEdm2() {
        double[] stds = golden.doubles("stds");
        assertThat(Golden.relativeError(
                        Arrays.stream(stds).map(PowerFunctionAverage::exponent).toArray(), golden.doubles("exponents")))
                .isLessThan(1e-9);
        for (double std : stds) {
            assertThat(PowerFunctionAverage.std(PowerFunctionAverage.exponent(std)))
                    .isCloseTo(std, within(1e-12));
        }
        double[] next = golden.doubles("decay.next");
        double[] delta = golden.doubles("decay.delta");
        assertThat(Golden.relativeError(
                        IntStream.range(0, next.length)
                                .mapToDouble(i -> PowerFunctionAverage.decay(
                                        PowerFunctionAverage.exponent(0.05), (long) next[i], (int) delta[i]))
                                .toArray(),
                        golden.doubles("decays")))
                .isLessThan(1e-9);
    }

    @Test
    void weightsAreThoseOfEdm2() {
        double[] steps = golden.doubles("stored.steps");
        double[] stds = golden.doubles("stored.stds");
        var stored = IntStream.range(0, steps.length)
                .mapToObj(i -> new Profile((long) steps[i], stds[i]))
                .toList();
        double[] wanted = golden.doubles("wanted.stds");
        double[] all = golden.doubles("coefficients");
        for (int i = 0; i < wanted.length; i++) {
            assertThat(Golden.relativeError(
                            PostHocAverage.weights(stored, new Profile(6000, wanted[i])),
                            Arrays.copyOfRange(all, i * steps.length, (i + 1) * steps.length)))
                    .as("std " + wanted[i])
                    .isLessThan(1e-6);
        }
    }

    /** Parameters on a random walk: averages rebuilt from two stored lengths against those kept directly. */
    @Test
    void rebuiltAverage_isTheOneKeptDirectly() {
        int length = 400;
        int total = 4000;
        int every = 250;
        double[] others = {0.03, 0.07, 0.15};
        var kept = averages(length, 0.05, 0.1);
        var direct = averages(length, others);
        var profiles = new ArrayList<Profile>();
        var stored = new ArrayList<INDArray>();
        var parameters = Networks.normal(1, DataType.FLOAT, 1, length);
        for (int step = 1; step <= total; step++) {
            // Training slows down: so do the steps of the walk.
            parameters.addi(Networks.normal(1 + step, DataType.FLOAT, 1, length).muli(1 / Math.sqrt(step + 100.0)));
            for (var average : kept) {
                average.update(parameters, step, 1);
            }
            for (var average : direct) {
                average.update(parameters, step, 1);
            }
            if (step % every == 0) {
                for (var average : kept) {
                    profiles.add(new Profile(step, average.std()));
                    stored.add(average.average().dup());
                }
            }
        }
        for (var average : direct) {
            double[] weights = PostHocAverage.weights(profiles, new Profile(total, average.std()));
            var rebuilt = Nd4j.zeros(DataType.DOUBLE, 1, length);
            for (int i = 0; i < weights.length; i++) {
                rebuilt.addi(stored.get(i).castTo(DataType.DOUBLE).muli(weights[i]));
            }
            assertThat(Golden.relativeError(
                            rebuilt.data().asDouble(),
                            Golden.doubles(average.average().data().asFloat())))
                    .as("std " + average.std())
                    .isLessThan(1e-3);
        }
    }

    private static List<PowerFunctionAverage> averages(int length, double... stds) {
        return Arrays.stream(stds)
                .mapToObj(std -> new PowerFunctionAverage(std, Nd4j.zeros(DataType.FLOAT, 1, length)))
                .toList();
    }

    /** The first steps replace whatever the vector held; several steps at once are one decay. */
    @Test
    void startsFromTheFirstParameters() {
        var average = new PowerFunctionAverage(0.1, Nd4j.ones(DataType.FLOAT, 1, 3));
        average.update(Nd4j.createFromArray(2f, 3f, 4f).reshape(1, 3), 5, 5);
        assertThat(average.average().data().asFloat()).containsExactly(2, 3, 4);
        average.update(Nd4j.zeros(DataType.FLOAT, 1, 3), 10, 5);
        double kept = Math.pow(0.5, PowerFunctionAverage.exponent(0.1) + 1);
        assertThat(average.average().getFloat(0)).isCloseTo((float) (2 * kept), within(1e-6f));
    }

    @Test
    void whatCannotBe_isRejected() {
        assertThatThrownBy(() -> new PowerFunctionAverage(0.3, Nd4j.zeros(1))).hasMessageContaining("0.3");
        assertThatThrownBy(() -> new PowerFunctionAverage(0, Nd4j.zeros(1))).hasMessageContaining("above 0");
        assertThatThrownBy(() -> PostHocAverage.weights(List.of(), new Profile(1, 0.1)))
                .isInstanceOf(IllegalArgumentException.class);
        var later = List.of(new Profile(20, 0.1));
        assertThatThrownBy(() -> PostHocAverage.weights(later, new Profile(10, 0.1)))
                .hasMessageContaining("step 10");
        var twice = List.of(new Profile(5, 0.1), new Profile(5, 0.1));
        assertThatThrownBy(() -> PostHocAverage.weights(twice, new Profile(10, 0.1)))
                .hasMessageContaining("twice");
    }
}
