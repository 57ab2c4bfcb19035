package org.casdm.job.sample;

import java.util.ArrayList;
import java.util.List;
import org.casdm.job.sample.folder.SampleRange;

/**
 * How images are cut into ranges. A new folder has ranges of {@code length} images; one that holds some already gets
 * the missing ones, cut at the same places.
 */
final class SamplePlan {

    /** So many ranges are enough to keep a large cluster busy to the end. */
    private static final int WANTED_RANGES = 256;

    private static final int SHORTEST = 8;
    private static final int LONGEST = 1024;

    private SamplePlan() {}

    /** Images in a range, where nobody has said it: by the images alone, so that the parts are the same anywhere. */
    static int length(long count, int batch) {
        long even = (count + WANTED_RANGES - 1) / WANTED_RANGES;
        int length = (int) Math.max(SHORTEST, Math.min(LONGEST, even));
        return length <= batch ? length : (length + batch - 1) / batch * batch;
    }

    /**
     * The ranges that are not there.
     *
     * @param present ranges that are there, by number, without overlaps
     * @param count images wanted: 0 to count - 1
     * @param length of a range
     */
    static List<SampleRange> missing(List<SampleRange> present, long count, int length) {
        var missing = new ArrayList<SampleRange>();
        long at = 0;
        for (var range : present) {
            cut(at, range.first(), length, missing);
            at = range.end();
        }
        cut(at, count, length, missing);
        return missing;
    }

    private static void cut(long from, long to, int length, List<SampleRange> ranges) {
        for (long at = from; at < to; ) {
            long end = Math.min(to, (at / length + 1) * length);
            ranges.add(new SampleRange(at, (int) (end - at)));
            at = end;
        }
    }
}
