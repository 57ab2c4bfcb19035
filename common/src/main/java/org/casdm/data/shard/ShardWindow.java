package org.casdm.data.shard;

import java.io.IOException;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The images of one window, in the order in which they are visited.
 *
 * @param labels their classes
 * @param pixels image after image
 */
record ShardWindow(int[] labels, byte[] pixels) {

    /**
     * Reads a window: each row group that it has images of, once.
     *
     * @param byteCount of an image
     */
    static ShardWindow read(WorkerEpoch epoch, long index, RowGroupReader reader, int byteCount) throws IOException {
        long[] numbers = epoch.window(index);
        var labels = new int[numbers.length];
        var pixels = new byte[Math.multiplyExact(numbers.length, byteCount)];
        // By place in the epoch, in which the images of a row group follow each other.
        var places = IntStream.range(0, numbers.length)
                .boxed()
                .sorted(Comparator.comparingLong(place -> numbers[place]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int place : places) {
            var images = reader.read(epoch.map().rowGroup(numbers[place]));
            int from = epoch.map().index(numbers[place]);
            labels[place] = images.labels()[from];
            System.arraycopy(images.pixels(), from * byteCount, pixels, place * byteCount, byteCount);
        }
        return new ShardWindow(labels, pixels);
    }

    int count() {
        return labels.length;
    }
}
