package org.casdm.checkpoint;

import java.io.IOException;

/** Makes something of a checkpoint by reading its files. */
@FunctionalInterface
public interface CheckpointLoader<T> {

    /**
     * Loads. Must not count on an earlier call: one that failed half-way may have come before.
     *
     * @throws CorruptCheckpointException from {@link StoredCheckpoint#read}: the checkpoint before is tried then
     */
    T load(StoredCheckpoint checkpoint) throws IOException;
}
