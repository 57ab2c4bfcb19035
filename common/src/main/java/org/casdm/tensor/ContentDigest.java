package org.casdm.tensor;

import java.util.Objects;

/**
 * The size and hash by which the content of a file is recognised.
 *
 * @param bytes  length of the file
 * @param sha256 SHA-256 of the file, 64 lower-case hexadecimal digits
 */
public record ContentDigest(long bytes, String sha256) {

    public ContentDigest {
        Objects.requireNonNull(sha256, "sha256");
        if (bytes < 0 || !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not the size and SHA-256 of a file: " + bytes + ", '" + sha256 + "'");
        }
    }
}
