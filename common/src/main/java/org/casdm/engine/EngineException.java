package org.casdm.engine;

import org.casdm.failure.UserFailure;

/** An engine or a device cannot be used, or ran out of memory; the message says why and what to do. */
public class EngineException extends RuntimeException implements UserFailure {

    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
