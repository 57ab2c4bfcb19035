package org.casdm.data.shard;

import java.io.Serializable;
import java.util.Arrays;
import org.casdm.data.Division;
import org.casdm.data.Divisions;
import org.casdm.data.EpochOrder;
import org.casdm.random.CounterRandom;

/**
 * The order in which workers visit the images of shards, made for reading whole row groups: in each epoch the row
 * groups are shuffled, each worker takes an equal stretch of them, and shuffles the images within windows of some row
 * groups. The images of a shard are in random order already, by {@code prepare}.
 *
 * <p>It is a pure function of seed, epoch and how the run's images were dealt to workers. Every image comes once an
 * epoch, also in one amid which the number of workers has changed: the remaining images are then divided again.
 *
 * @param seed      decides all
 * @param rowGroups images of each row group, shard after shard
 * @param window    images of a window, at least 1
 * @param divisions how the run's images are dealt
 */
public record ShardOrder(long seed, int[] rowGroups, int window, Divisions divisions) implements Serializable {

    /** Keeps the order in windows apart from other uses of the seed. */
    private static final long PURPOSE = 0x77696e646f77L;

    /** @throws IllegalArgumentException without images, or with an empty window */
    public ShardOrder {
        if (rowGroups.length == 0 || Arrays.stream(rowGroups).anyMatch(images -> images < 1) || window < 1) {
            throw new IllegalArgumentException("an order needs row groups and windows with images");
        }
        rowGroups = rowGroups.clone();
    }

    /** Images of the data set. */
    public long count() {
        return Arrays.stream(rowGroups).asLongStream().sum();
    }

    /**
     * The images that a worker visits in an epoch, under the present division.
     *
     * @param epoch  from 0 on; not one that ended before the present division began
     * @param worker 0 to workers - 1
     */
    WorkerEpoch epoch(long epoch, int worker) {
        var divided = divisions.since(epoch * count()).list();
        var rest = Ranges.upTo(count());
        for (int i = 0; i < divided.size() - 1; i++) {
            rest = unvisited(epoch, rest, divided.get(i), divided.get(i + 1).firstImage());
        }
        var present = divided.get(divided.size() - 1);
        return new WorkerEpoch(this, epoch, new EpochMap(epoch), slice(epoch, rest, present, worker), present, worker);
    }

    /** What the workers of a division leave when the next one begins. */
    private Ranges unvisited(long epoch, Ranges images, Division division, long end) {
        var left = new Ranges.Builder();
        for (int worker = 0; worker < division.order().workers(); worker++) {
            var slice = slice(epoch, images, division, worker);
            long visited = Math.min(
                    slice.size(),
                    division.count(worker, end - division.firstImage()) - before(epoch, division, worker));
            long index = visited / window;
            if (visited % window > 0) {
                // Of a window that is visited in part, single images are left.
                long[] order = windowOrder(epoch, slice, division, worker, index);
                long[] last = Arrays.copyOfRange(order, (int) (visited % window), order.length);
                Arrays.sort(last);
                for (long image : last) {
                    left.add(image, 1);
                }
                index++;
            }
            left.addAll(slice, Math.min(slice.size(), index * window), slice.size());
        }
        return left.build();
    }

    /** A worker's stretch of the images that are left of an epoch when the division begins. */
    private Ranges slice(long epoch, Ranges images, Division division, int worker) {
        long end = (epoch + 1) * count() - division.firstImage();
        long from = 0;
        for (int other = 0; other < worker; other++) {
            from += division.count(other, end) - before(epoch, division, other);
        }
        long count = division.count(worker, end) - before(epoch, division, worker);
        return new Ranges.Builder().addAll(images, from, from + count).build();
    }

    /** A worker's images of the division before the epoch began. */
    private long before(long epoch, Division division, int worker) {
        return division.count(worker, Math.max(0, epoch * count() - division.firstImage()));
    }

    /** The numbers of a window's images, in the order in which they are visited. */
    long[] windowOrder(long epoch, Ranges slice, Division division, int worker, long index) {
        int images = (int) Math.min(window, slice.size() - index * window);
        long key = CounterRandom.key(seed, PURPOSE, epoch, division.firstImage(), worker, index);
        var order = new EpochOrder(key, images);
        var numbers = new long[images];
        for (int i = 0; i < images; i++) {
            numbers[i] = slice.get(index * window + order.index(i));
        }
        return numbers;
    }

    /** Where the images of an epoch, numbered in the order of its row groups, are stored. */
    final class EpochMap {

        private final int[] order = new int[rowGroups.length];
        /** The number after each row group's last image. */
        private final long[] ends = new long[rowGroups.length];

        EpochMap(long epoch) {
            var shuffled = new EpochOrder(CounterRandom.key(seed, PURPOSE, epoch), rowGroups.length);
            long end = 0;
            for (int i = 0; i < order.length; i++) {
                order[i] = (int) shuffled.index(i);
                end += rowGroups[order[i]];
                ends[i] = end;
            }
        }

        private int place(long number) {
            int found = Arrays.binarySearch(ends, number);
            return found >= 0 ? found + 1 : -found - 1;
        }

        /** The row group of an image. */
        int rowGroup(long number) {
            return order[place(number)];
        }

        /** Its place there. */
        int index(long number) {
            int place = place(number);
            return (int) (number - (place == 0 ? 0 : ends[place - 1]));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardOrder order
                && order.seed == seed
                && order.window == window
                && order.divisions.equals(divisions)
                && Arrays.equals(order.rowGroups, rowGroups);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rowGroups) * 31 + Long.hashCode(seed);
    }
}
