package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.HashSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 7, 16, 17, 63, 64, 65, 1000, 4097, 60_000})
    void everyImageOnceAnEpoch(long count) {
        var order = new EpochOrder(42, count);
        for (int epoch = 0; epoch < 3; epoch++) {
            var seen = new BitSet();
            for (long i = 0; i < count; i++) {
                long index = order.index(epoch * count + i);
                assertThat(index).isBetween(0L, count - 1);
                seen.set((int) index);
            }
            assertThat(seen.cardinality()).isEqualTo((int) count);
        }
    }

    @Test
    void epochsAndSeedsDiffer() {
        var orders = new HashSet<String>();
        for (long seed = 0; seed < 4; seed++) {
            var order = new EpochOrder(seed, 100);
            for (long epoch = 0; epoch < 4; epoch++) {
                long start = epoch * 100;
                orders.add(LongStream.range(start, start + 100)
                        .mapToObj(p -> order.index(p) + "")
                        .toList()
                        .toString());
            }
        }
        assertThat(orders).hasSize(16);
    }

    @Test
    void theOrderIsFixedForever() {
        // A resumed run relies on it: changing these numbers breaks runs that are under way.
        var order = new EpochOrder(20240102, 10);
        assertThat(LongStream.range(0, 20).map(order::index)).containsExactly(EXPECTED_ORDER);
        var flip = new RandomFlip(20240102);
        assertThat(LongStream.range(0, 12).mapToObj(flip::mirrors)).containsExactly(EXPECTED_FLIPS);
    }

    private static final Long[] EXPECTED_ORDER = {
        8L, 6L, 5L, 3L, 7L, 2L, 1L, 4L, 9L, 0L, 0L, 2L, 7L, 1L, 6L, 8L, 4L, 3L, 9L, 5L
    };
    private static final Boolean[] EXPECTED_FLIPS = {
        false, true, true, true, false, false, false, false, true, true, false, true
    };

    @Test
    void everyImageComesEquallyOftenAtEveryPlace() {
        int count = 12;
        int epochs = 12_000;
        var order = new EpochOrder(5, count);
        int[][] hits = new int[count][count];
        for (int epoch = 0; epoch < epochs; epoch++) {
            for (int place = 0; place < count; place++) {
                hits[place][(int) order.index((long) epoch * count + place)]++;
            }
        }
        double expected = (double) epochs / count;
        double chiSquare = 0;
        for (int[] row : hits) {
            for (int hit : row) {
                chiSquare += (hit - expected) * (hit - expected) / expected;
            }
        }
        // 121 degrees of freedom: 121 ± 15.6; the bound is five standard deviations away.
        assertThat(chiSquare).isBetween(43.0, 199.0);
    }

    @Test
    void neighboursAreNotVisitedTogether() {
        var order = new EpochOrder(5, 1_281_167);
        long near = LongStream.range(0, 20_000)
                .filter(p -> Math.abs(order.index(p) - order.index(p + 1)) < 12_812)
                .count();
        // About 2 % of random pairs are that near.
        assertThat(near).isBetween(300L, 500L);
    }

    @Test
    void veryManyImages() {
        var order = new EpochOrder(1, 1L << 60);
        assertThat(order.index((1L << 60) - 1)).isBetween(0L, (1L << 60) - 1);
        assertThatThrownBy(() -> new EpochOrder(1, 0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> order.index(-1)).hasMessageContaining("-1");
    }

    @Test
    void workersTakeDisjointConsecutiveBatches() {
        var batches = new BatchOrder(3, 4);
        long next = 0;
        for (long step = 0; step < 5; step++) {
            for (int worker = 0; worker < 3; worker++) {
                assertThat(batches.firstPosition(step, worker)).isEqualTo(next);
                next += 4;
            }
        }
        assertThat(batches.imagesPerStep()).isEqualTo(12);
        assertThatThrownBy(() -> batches.firstPosition(0, 3)).hasMessageContaining("worker 3 among 3");
        assertThatThrownBy(() -> batches.firstPosition(Long.MAX_VALUE / 2, 0)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void halfOfTheImagesAreMirroredIndependentlyOfTheOrder() {
        var flip = new RandomFlip(9);
        assertThat(LongStream.range(0, 10_000).filter(flip::mirrors).count()).isBetween(4_800L, 5_200L);
        var other = new RandomFlip(10);
        assertThat(LongStream.range(0, 10_000)
                        .filter(p -> flip.mirrors(p) == other.mirrors(p))
                        .count())
                .isBetween(4_800L, 5_200L);
    }
}
