package org.casdm.job;

import org.casdm.failure.UserFailure;

/** A job cannot begin, or not continue; the message says why and what to do. */
public final class JobFailure extends RuntimeException implements UserFailure {

    private static final long serialVersionUID = 1;

    public JobFailure(String message) {
        super(message);
    }

    public JobFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
