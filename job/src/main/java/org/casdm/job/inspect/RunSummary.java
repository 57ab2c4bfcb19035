package org.casdm.job.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.casdm.checkpoint.CheckpointStore.Incomplete;

/**
 * A run.
 *
 * @param checkpoints steps of the complete checkpoints
 * @param incomplete  folders that look like checkpoints but are none
 * @param metrics     the last lines of metrics, each with its step
 * @param newest      the newest complete checkpoint
 */
public record RunSummary(
        String folder,
        List<Long> checkpoints,
        List<Incomplete> incomplete,
        List<ObjectNode> metrics,
        Optional<CheckpointSummary> newest) {

    public RunSummary {
        checkpoints = List.copyOf(checkpoints);
        incomplete = List.copyOf(incomplete);
        metrics = List.copyOf(metrics);
    }
}
