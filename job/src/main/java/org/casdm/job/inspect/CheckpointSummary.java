package org.casdm.job.inspect;

import java.util.List;
import org.casdm.checkpoint.TrainingState;

/**
 * A complete checkpoint, all of whose hashes were found right.
 *
 * @param files by name, without {@code state.json}
 */
public record CheckpointSummary(String folder, TrainingState state, List<FileSummary> files) {

    public CheckpointSummary {
        files = List.copyOf(files);
    }
}
