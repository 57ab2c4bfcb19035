package org.casdm.checkpoint;

import java.util.HashSet;
import java.util.List;

/** A checkpoint to be written: the state of the training, and the files that hold its tensors. */
public record Checkpoint(TrainingState state, List<CheckpointFile> files) {

    public Checkpoint {
        files = List.copyOf(files);
        var names = new HashSet<String>();
        for (var file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("the checkpoint has two files " + file.name());
            }
        }
    }
}
