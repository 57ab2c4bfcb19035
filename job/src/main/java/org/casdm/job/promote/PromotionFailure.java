package org.casdm.job.promote;

/** It cannot be told whether a checkpoint is good enough; the message says why and what to do. */
public final class PromotionFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    PromotionFailure(String message) {
        super(message);
    }

    PromotionFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
