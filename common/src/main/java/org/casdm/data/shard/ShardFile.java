package org.casdm.data.shard;

import java.io.Serializable;
import java.util.List;

/**
 * One shard, as {@code dataset.json} lists it.
 *
 * @param name      the file's name within the data folder
 * @param count     its images, at least 1
 * @param bytes     its length
 * @param sha256    SHA-256 of the file, 64 lower-case hexadecimal digits
 * @param rowGroups images of each of Parquet's row groups, the units in which it is read
 */
public record ShardFile(String name, long count, long bytes, String sha256, List<Integer> rowGroups)
        implements Serializable {

    /** @throws IllegalArgumentException naming the field that is wrong */
    public ShardFile {
        if (name == null || name.isEmpty() || name.contains("/")) {
            throw new IllegalArgumentException("name has to be that of a file in the folder, not \"" + name + "\"");
        }
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes of " + name + " is " + bytes);
        }
        if (sha256 == null || !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "sha256 of " + name + " is \"" + sha256 + "\", not 64 hexadecimal digits");
        }
        if (rowGroups == null || rowGroups.isEmpty() || rowGroups.stream().anyMatch(images -> images < 1)) {
            throw new IllegalArgumentException(
                    "rowGroups of " + name + " has to list numbers of images from 1 on, not " + rowGroups);
        }
        if (rowGroups.stream().mapToLong(Integer::longValue).sum() != count) {
            throw new IllegalArgumentException("count of " + name + " is " + count + ", but its rowGroups hold "
                    + rowGroups.stream().mapToLong(Integer::longValue).sum());
        }
        rowGroups = List.copyOf(rowGroups);
    }
}
