package org.casdm.job.train;

/** Training cannot go on, or not begin; the message says why and what to do. */
public final class TrainingFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    TrainingFailure(String message) {
        super(message);
    }

    TrainingFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
