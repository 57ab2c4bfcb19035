package org.casdm.sampling;

import org.casdm.failure.UserFailure;

/** A model draws no images; the message says where it fails, and what to do. */
public final class SamplingException extends RuntimeException implements UserFailure {

    private static final long serialVersionUID = 1L;

    SamplingException(String message) {
        super(message);
    }
}
