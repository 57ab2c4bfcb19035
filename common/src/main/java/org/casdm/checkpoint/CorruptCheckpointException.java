package org.casdm.checkpoint;

import java.io.IOException;
import org.casdm.failure.UserFailure;

/** The files of a checkpoint are not what was written; the message names the file. */
public final class CorruptCheckpointException extends IOException implements UserFailure {

    private static final long serialVersionUID = 1L;

    public CorruptCheckpointException(String message) {
        super(message);
    }

    public CorruptCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
