package org.casdm.job.sample.folder;

import java.io.Serializable;
import java.util.List;

/**
 * A range of images as it lies in the folder.
 *
 * @param first number of the first image
 * @param count how many
 * @param bytes of its file, or of its files together
 * @param sha256 of the file, or of its files one after the other
 * @param rowGroups images of each of Parquet's row groups; empty for other formats
 */
public record Part(long first, int count, long bytes, String sha256, List<Integer> rowGroups) implements Serializable {

    public Part {
        if (bytes < 1 || sha256 == null || !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a part of " + bytes + " bytes with SHA-256 " + sha256);
        }
        rowGroups = List.copyOf(rowGroups);
    }

    public SampleRange range() {
        return new SampleRange(first, count);
    }
}
