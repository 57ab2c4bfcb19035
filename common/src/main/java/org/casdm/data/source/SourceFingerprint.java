package org.casdm.data.source;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.hadoop.fs.FileStatus;
import org.casdm.tensor.Sha256;

/** Identifies the files of a source: their names, lengths and times of modification. */
public final class SourceFingerprint {
    private final MessageDigest digest = Sha256.newDigest();

    public SourceFingerprint add(FileStatus file) {
        return add(file.getPath().getName(), file.getLen(), file.getModificationTime());
    }

    /**
     * Adds a file; the order of files matters.
     *
     * @param modified in milliseconds since 1970
     */
    public SourceFingerprint add(String name, long length, long modified) {
        digest.update((name + "\n" + length + " " + modified + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** The SHA-256 of all that; ends the use of this object. */
    public String hex() {
        return Sha256.hex(digest);
    }
}
