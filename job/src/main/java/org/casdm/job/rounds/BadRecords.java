package org.casdm.job.rounds;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects the records that a worker had to skip in one round. Safe for use from several reading threads.
 *
 * <p>The descriptions travel to the driver with the worker's result, not by a Spark accumulator: a task attempt that
 * fails or is run twice leaves no trace.
 */
public final class BadRecords {

    /** So many are described; all are counted. */
    public static final int MAXIMUM_DESCRIPTIONS = 100;

    private final List<String> descriptions = new ArrayList<>();
    private long count;

    /**
     * Reports one record.
     *
     * @param description where the record is and what is wrong with it
     */
    public synchronized void report(String description) {
        count++;
        if (descriptions.size() < MAXIMUM_DESCRIPTIONS) {
            descriptions.add(description);
        }
    }

    /** Number of records reported. */
    public synchronized long count() {
        return count;
    }

    /** The first {@value #MAXIMUM_DESCRIPTIONS} descriptions, in order of arrival. */
    public synchronized List<String> descriptions() {
        return List.copyOf(descriptions);
    }
}
