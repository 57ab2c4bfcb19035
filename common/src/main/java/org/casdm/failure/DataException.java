package org.casdm.failure;

import java.io.IOException;

/**
 * Something is wrong with a data set as a whole, or with the way to it. The message names the path and what to do about
 * it. One unusable picture among many is a {@code BadImageException}; a connection that breaks while reading stays the
 * plain {@link IOException} that it is, so that the task is tried again rather than the picture given up.
 */
public class DataException extends IOException implements UserFailure {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, with the path, and what to do */
    public DataException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong, with the path, and what to do
     * @param cause   what the storage or the decoder said
     */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
