package org.casdm.tensor;

import java.io.IOException;
import java.util.Objects;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The size and hash by which the content of a file is recognised.
 *
 * @param bytes  length of the file
 * @param sha256 SHA-256 of the file, 64 lower-case hexadecimal digits
 */
public record ContentDigest(long bytes, String sha256) {

    private static final int CHUNK_BYTES = 1 << 18;

    public ContentDigest {
        Objects.requireNonNull(sha256, "sha256");
        if (bytes < 0 || !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not the size and SHA-256 of a file: " + bytes + ", '" + sha256 + "'");
        }
    }

    /** Reads a file of any Hadoop file system from front to back. */
    public static ContentDigest of(FileSystem fileSystem, Path path) throws IOException {
        var digest = Sha256.newDigest();
        var chunk = new byte[CHUNK_BYTES];
        long bytes = 0;
        try (var stream = fileSystem.open(path)) {
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                digest.update(chunk, 0, count);
                bytes += count;
            }
        }
        return new ContentDigest(bytes, Sha256.hex(digest));
    }
}
