package org.casdm.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.casdm.data.BatchOrder;
import org.casdm.data.Divisions;
import org.junit.jupiter.api.Test;

class ShardOrderTest {

    /** 100 images. */
    private static final int[] ROW_GROUPS = {20, 20, 7, 20, 13, 20};

    private static final int WINDOW = 17;

    /** What all workers visit, by global position, from one to another; each image as row group × 100 + index. */
    private static List<Integer> visits(Divisions divisions, long from, long to) {
        var order = new ShardOrder(3, ROW_GROUPS, WINDOW, divisions);
        var present = divisions.present();
        var visits = new ArrayList<Integer>();
        for (long global = from; global < to; global++) {
            long epoch = global / order.count();
            long place = global - present.firstImage();
            int worker =
                    (int) (place / present.order().batchSize() % present.order().workers());
            var images = order.epoch(epoch, worker);
            long visited = present.count(worker, place)
                    - present.count(worker, Math.max(0, epoch * order.count() - present.firstImage()));
            long number = images.window(visited / WINDOW)[(int) (visited % WINDOW)];
            visits.add(images.map().rowGroup(number) * 100 + images.map().index(number));
        }
        return visits;
    }

    private static void assertEpochsAreWhole(List<Integer> visits) {
        for (int epoch = 0; epoch < visits.size() / 100; epoch++) {
            var images = visits.subList(epoch * 100, (epoch + 1) * 100);
            assertThat(new HashSet<>(images)).as("epoch %d", epoch).hasSize(100);
            assertThat(images).allMatch(image -> image % 100 < ROW_GROUPS[image / 100]);
        }
    }

    @Test
    void everyImageOnceAnEpoch() {
        for (int workers = 1; workers <= 5; workers++) {
            for (int batch : new int[] {1, 3, 8, 40}) {
                assertEpochsAreWhole(visits(Divisions.start(new BatchOrder(workers, batch)), 0, 500));
            }
        }
    }

    @Test
    void everyImageOnceThoughTheWorkersChange() {
        var one = Divisions.start(new BatchOrder(2, 3));
        var visits = visits(one, 0, 132);
        var two = one.goingOn(132, new BatchOrder(3, 4));
        visits.addAll(visits(two, 132, 168));
        // What ended before the epoch is not needed.
        var three = two.since(100).goingOn(168, new BatchOrder(1, 5));
        visits.addAll(visits(three, 168, 183));
        var four = three.since(100).goingOn(183, new BatchOrder(4, 1));
        visits.addAll(visits(four, 183, 187));
        assertThat(four).hasToString("0:2x3 132:3x4 168:1x5 183:4x1");
        visits.addAll(visits(four, 187, 400));
        assertEpochsAreWhole(visits);
        // Once the epoch is over, only the present division counts.
        assertThat(visits(four.since(200), 200, 400)).isEqualTo(visits.subList(200, 400));
    }

    @Test
    void ordersDifferByEpochAndWorkersAndSeed() {
        var visits = visits(Divisions.start(new BatchOrder(2, 4)), 0, 200);
        assertThat(visits.subList(0, 100)).isNotEqualTo(visits.subList(100, 200));
        assertThat(visits(Divisions.start(new BatchOrder(2, 4)), 0, 200)).isEqualTo(visits);
        assertThat(visits(Divisions.start(new BatchOrder(1, 8)), 0, 200)).isNotEqualTo(visits);
    }

    @Test
    void windowsTouchFewRowGroups() {
        var order = new ShardOrder(3, ROW_GROUPS, WINDOW, Divisions.start(new BatchOrder(2, 4)));
        for (int worker = 0; worker < 2; worker++) {
            var images = order.epoch(0, worker);
            for (long index = 0; index < images.windows(); index++) {
                var groups = new HashSet<Integer>();
                for (long number : images.window(index)) {
                    groups.add(images.map().rowGroup(number));
                }
                assertThat(groups.size()).isLessThanOrEqualTo(3);
            }
        }
    }
}
