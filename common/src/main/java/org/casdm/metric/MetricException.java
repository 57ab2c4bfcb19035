package org.casdm.metric;

import org.casdm.failure.UserFailure;

/** A metric cannot be computed of what it was given; the message says of what, why, and what to do. */
public final class MetricException extends RuntimeException implements UserFailure {

    private static final long serialVersionUID = 1;

    /** @param message for the user */
    public MetricException(String message) {
        super(message);
    }
}
