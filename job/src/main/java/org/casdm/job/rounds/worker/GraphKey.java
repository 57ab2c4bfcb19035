package org.casdm.job.rounds.worker;

import java.io.Serializable;
import java.util.Objects;
import java.util.UUID;

/**
 * Says which graphs are interchangeable, their numbers apart.
 *
 * @param runId           the training master
 * @param configurationId the broadcast of the graph's configuration
 * @param device          index of the GPU, {@link org.casdm.engine.Device#CPU} for the processor
 */
record GraphKey(UUID runId, long configurationId, int device) implements Serializable {

    GraphKey {
        Objects.requireNonNull(runId, "runId");
    }

    /** Whether both belong to the same run and configuration, on whichever device. */
    boolean sameModel(GraphKey other) {
        return runId.equals(other.runId) && configurationId == other.configurationId;
    }
}
