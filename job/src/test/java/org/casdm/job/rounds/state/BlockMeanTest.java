package org.casdm.job.rounds.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.casdm.job.rounds.average.WorkerGroups;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockMeanTest {

    private static ByteBuffer bytes(float[] values) {
        var bytes = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] floats(ByteBuffer bytes) {
        var values = new float[bytes.remaining() / Float.BYTES];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void sumsInDoubleInTheOrderOfTheWorkers(int workers) {
        var random = new Random(workers);
        // Longer than a piece, and no multiple of one.
        var inputs = new ArrayList<float[]>();
        for (int worker = 0; worker < workers; worker++) {
            var values = new float[5001];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15));
            }
            inputs.add(values);
        }
        var expected = new float[5001];
        for (int i = 0; i < expected.length; i++) {
            double sum = 0;
            for (float[] values : inputs) {
                sum += values[i];
            }
            expected[i] = (float) (sum / workers);
        }
        var mean = ByteBuffer.allocateDirect(5001 * Float.BYTES);
        new BlockMean().compute(inputs.stream().map(BlockMeanTest::bytes).toList(), mean);
        assertThat(floats(mean)).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource({"8, 4", "8, 2", "7, 3", "5, 4", "3, 2"})
    void meanOfGroupsWeightedByTheirWorkers_isTheMeanOfAll(int workers, int size) {
        var random = new Random(workers);
        var all = new ArrayList<ByteBuffer>();
        for (int worker = 0; worker < workers; worker++) {
            var values = new float[5001];
            for (int i = 0; i < values.length; i++) {
                values[i] = 1 + (float) random.nextGaussian();
            }
            all.add(bytes(values));
        }
        var mean = new BlockMean();
        var plain = ByteBuffer.allocateDirect(5001 * Float.BYTES);
        mean.compute(all, plain);
        var groups = new WorkerGroups(workers, size);
        var means = new ArrayList<ByteBuffer>();
        var weights = new int[groups.count()];
        for (int group = 0; group < groups.count(); group++) {
            means.add(ByteBuffer.allocateDirect(5001 * Float.BYTES));
            mean.compute(all.subList(groups.first(group), groups.end(group)), means.get(group));
            weights[group] = groups.end(group) - groups.first(group);
        }
        var grouped = ByteBuffer.allocateDirect(5001 * Float.BYTES);
        mean.compute(means, weights, grouped);
        // Each is rounded to float32 once more; numbers of the groups are below 8.
        assertThat(floats(grouped)).containsExactly(floats(plain), within(2 * Math.ulp(4f)));
    }

    @Test
    void equalNumbersHaveThemselvesAsWeightedMean() {
        float[] values = {0.1f, -0f, 0f, 3e38f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY};
        var mean = ByteBuffer.allocateDirect(values.length * Float.BYTES);
        new BlockMean().compute(List.of(bytes(values), bytes(values)), new int[] {2, 1}, mean);
        assertThat(mean).isEqualTo(bytes(values));
    }

    @Test
    void oneWorkersNumbersStayAsTheyAre() {
        float[] odd = {Float.NaN, Float.intBitsToFloat(0x7fc12345), -0f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY};
        var mean = ByteBuffer.allocateDirect(odd.length * Float.BYTES);
        new BlockMean().compute(List.of(bytes(odd)), mean);
        assertThat(mean).isEqualTo(bytes(odd));
    }

    @Test
    void twoWorkersMeanHoldsAtTheEndsOfTheRange() {
        float[] a = {
            Float.MAX_VALUE,
            3e38f,
            -Float.MAX_VALUE,
            Float.MIN_NORMAL,
            -0f,
            Float.POSITIVE_INFINITY,
            Float.NaN,
            3 * Float.MIN_VALUE
        };
        float[] b = {Float.MAX_VALUE, 2e38f, Float.MAX_VALUE, -Float.MIN_NORMAL, -0f, 1, 0, 2 * Float.MIN_VALUE};
        var mean = ByteBuffer.allocateDirect(a.length * Float.BYTES);
        new BlockMean().compute(List.of(bytes(a), bytes(b)), mean);
        float[] means = floats(mean);
        assertThat(means)
                .startsWith(
                        Float.MAX_VALUE,
                        (float) (((double) 3e38f + 2e38f) / 2),
                        0,
                        0,
                        -0f,
                        Float.POSITIVE_INFINITY,
                        Float.NaN);
        assertThat(means[7]).isBetween(2 * Float.MIN_VALUE, 3 * Float.MIN_VALUE);
    }

    @Test
    void refusesBlocksOfDifferentSizes() {
        assertThatThrownBy(() -> new BlockMean()
                        .compute(List.of(bytes(new float[2]), bytes(new float[3])), ByteBuffer.allocateDirect(8)))
                .hasMessageContaining("differ in size");
    }
}
