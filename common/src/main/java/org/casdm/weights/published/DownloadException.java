package org.casdm.weights.published;

import java.io.IOException;
import org.casdm.failure.UserFailure;

/** A file could not be fetched, or is not the one that it should be; the message names the address and what to do. */
public final class DownloadException extends IOException implements UserFailure {

    private static final long serialVersionUID = 1;

    DownloadException(String message) {
        super(message);
    }

    DownloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
