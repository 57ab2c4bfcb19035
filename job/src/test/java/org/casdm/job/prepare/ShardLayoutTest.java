package org.casdm.job.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardLayoutTest {

    @Test
    void spreadsEvenlyAndHoldsTheFractionOut() {
        var layout = new ShardLayout(1, 0.1, 8, 2);
        var counts = new int[layout.partitions()];
        IntStream.range(0, 10_000).forEach(i -> counts[ShardLayout.partition(layout.key("image-" + i))]++);
        for (int partition = 0; partition < counts.length; partition++) {
            assertThat(counts[partition])
                    .isBetween(layout.isHeldOut(partition) ? 400 : 1000, layout.isHeldOut(partition) ? 600 : 1250);
        }
        assertThat(IntStream.range(0, 10).map(layout::number)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 0, 1);
    }

    @Test
    void keysSortByShardAndThenByPlace() {
        var layout = new ShardLayout(1, 0.1, 8, 2);
        var keys = IntStream.range(0, 1000)
                .mapToObj(i -> layout.key("ü/" + i))
                .sorted(new KeyOrder())
                .toList();
        for (int i = 1; i < keys.size(); i++) {
            assertThat(ShardLayout.partition(keys.get(i)))
                    .isGreaterThanOrEqualTo(ShardLayout.partition(keys.get(i - 1)));
        }
        var ids = keys.stream().map(ShardLayout::id).toList();
        assertThat(new HashSet<>(ids)).hasSize(1000).contains("ü/7");
        assertThat(ids).isNotEqualTo(ids.stream().sorted().toList());
    }

    @Test
    void seedChangesTheOrderButNotWhatIsHeldOut() {
        var one = new ShardLayout(1, 0.3, 4, 4);
        var other = new ShardLayout(2, 0.3, 4, 4);
        int moved = 0;
        for (int i = 0; i < 1000; i++) {
            int partition = ShardLayout.partition(one.key("image-" + i));
            int otherPartition = ShardLayout.partition(other.key("image-" + i));
            assertThat(other.isHeldOut(otherPartition)).isEqualTo(one.isHeldOut(partition));
            moved += partition == otherPartition ? 0 : 1;
        }
        assertThat(moved).isBetween(650, 850);
        assertThat(Arrays.equals(one.key("a"), new ShardLayout(1, 0.3, 4, 4).key("a")))
                .isTrue();
    }
}
