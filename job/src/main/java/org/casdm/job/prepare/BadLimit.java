package org.casdm.job.prepare;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.casdm.data.shard.SkippedRecord;
import org.casdm.failure.DataException;

/**
 * How many pictures may be unusable.
 *
 * @param source          where they are from
 * @param fraction        of all pictures, 0 to 1
 * @param estimatedImages about how many there are
 */
record BadLimit(String source, double fraction, long estimatedImages) implements Serializable {

    private static final int EXAMPLES = 5;
    /** The estimate may be wrong by this factor. */
    private static final int CERTAINTY = 2;

    /**
     * Ends a task that has met so many that the job will fail for sure, rather than hours later.
     *
     * @param bad the unusable pictures of one part
     */
    void checkPart(String part, List<SkippedRecord> bad) throws DataException {
        if (bad.size() > CERTAINTY * fraction * estimatedImages) {
            throw new DataException(part + ": " + bad.size() + " pictures cannot be used, more than max-bad-fraction = "
                    + fraction + " of about " + estimatedImages + " allows. " + advice(bad));
        }
    }

    /** Ends the job if there are too many. */
    void checkAll(List<SkippedRecord> bad, long good) throws DataException {
        long all = good + bad.size();
        if (bad.size() > fraction * all) {
            throw new DataException(source + ": " + bad.size() + " of " + all
                    + " pictures cannot be used, more than max-bad-fraction = " + fraction + " allows. " + advice(bad));
        }
    }

    private static String advice(List<SkippedRecord> bad) {
        return bad.stream()
                        .limit(EXAMPLES)
                        .map(record -> record.id() + ": " + record.reason())
                        .collect(Collectors.joining("; "))
                + (bad.size() > EXAMPLES ? "; and others" : "")
                + ". Repair or remove them, or allow more; the same command then keeps the shards that are written";
    }
}
