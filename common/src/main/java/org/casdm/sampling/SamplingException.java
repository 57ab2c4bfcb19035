package org.casdm.sampling;

/** A model draws no images; the message says where it fails, and what to do. */
public final class SamplingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SamplingException(String message) {
        super(message);
    }
}
