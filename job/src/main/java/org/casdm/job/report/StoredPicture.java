package org.casdm.job.report;

import java.io.IOException;
import java.time.Instant;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A grid of samples in the run folder, read when it is wanted.
 *
 * @param step that it was drawn at
 * @param time when it was written
 */
record StoredPicture(long step, Instant time, FileSystem fileSystem, Path path) {

    /** The file. */
    byte[] read() throws IOException {
        return bytes(fileSystem, path);
    }

    static byte[] bytes(FileSystem fileSystem, Path path) throws IOException {
        try (var input = fileSystem.open(path)) {
            return input.readAllBytes();
        }
    }
}
