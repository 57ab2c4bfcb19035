package org.casdm.job.sample.model;

/** Images cannot be drawn, or not to this place; the message says why and what to do. */
public final class SampleFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    public SampleFailure(String message) {
        super(message);
    }
}
