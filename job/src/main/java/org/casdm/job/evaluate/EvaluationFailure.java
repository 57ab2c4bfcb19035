package org.casdm.job.evaluate;

/** An evaluation cannot go on, or not begin; the message says why and what to do. */
public final class EvaluationFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    EvaluationFailure(String message) {
        super(message);
    }
}
