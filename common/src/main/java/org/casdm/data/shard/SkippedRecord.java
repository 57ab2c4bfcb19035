package org.casdm.data.shard;

import java.io.Serializable;

/**
 * A picture of the source that is not in the data set.
 *
 * @param id     the file or record, as a person would look for it
 * @param reason what is wrong with it
 */
public record SkippedRecord(String id, String reason) implements Serializable {

    /** @throws IllegalArgumentException when a part is missing */
    public SkippedRecord {
        if (id == null || reason == null) {
            throw new IllegalArgumentException("a skipped record has an id and a reason");
        }
    }
}
