package org.casdm.job.sample.folder;

import java.io.Serializable;

/**
 * Images that follow each other by number: what one task draws.
 *
 * @param first number of the first image, from 0 on
 * @param count how many, at least 1
 */
public record SampleRange(long first, int count) implements Serializable {

    public SampleRange {
        if (first < 0 || count < 1) {
            throw new IllegalArgumentException(count + " images from " + first + " on");
        }
    }

    /** The number after the last image's. */
    public long end() {
        return first + count;
    }
}
