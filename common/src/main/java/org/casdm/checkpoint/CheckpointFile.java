package org.casdm.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.casdm.tensor.TensorSource;

/**
 * A safetensors file to be written into a checkpoint.
 *
 * @param name     see {@link CheckpointFiles}; letters, digits, dots, dashes and underscores
 * @param metadata texts for the file's {@code __metadata__}
 * @param tensors  in the order of the file; their elements are asked for when the file is written
 */
public record CheckpointFile(String name, Map<String, String> metadata, List<TensorSource> tensors) {

    public CheckpointFile {
        if (!isName(name)) {
            throw new IllegalArgumentException("'" + name + "' cannot be the name of a file of a checkpoint");
        }
        // Sorted: an unmodifiable map's order differs between processes, and the same content is to be the same bytes.
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
        tensors = List.copyOf(tensors);
    }

    /** Whether a file of a checkpoint may be called so: such names lead nowhere else. */
    static boolean isName(String name) {
        return name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") && !name.equals(CheckpointFiles.STATE);
    }
}
