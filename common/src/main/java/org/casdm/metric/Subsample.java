package org.casdm.metric;

import java.io.Serializable;
import java.util.Arrays;
import org.casdm.data.EpochOrder;

/**
 * A random choice of a set's images by their places, decided only by a seed.
 *
 * @param places sorted; null for all
 */
public record Subsample(long[] places) implements Serializable {

    /** Nothing. */
    public static final Subsample NONE = new Subsample(new long[0]);

    /**
     * Chooses.
     *
     * @param count   images of the set
     * @param maximum images to choose; all, if there are no more
     * @param seed    decides which
     */
    public static Subsample of(long count, int maximum, long seed) {
        if (count <= maximum) {
            return new Subsample(null);
        }
        // The beginning of a random order of all of them.
        var order = new EpochOrder(seed, count);
        var places = new long[maximum];
        Arrays.setAll(places, order::index);
        Arrays.sort(places);
        return new Subsample(places);
    }

    /** Whether an image is chosen. */
    public boolean contains(long place) {
        return places == null || Arrays.binarySearch(places, place) >= 0;
    }
}
