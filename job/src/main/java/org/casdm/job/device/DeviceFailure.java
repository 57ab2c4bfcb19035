package org.casdm.job.device;

/** What is to compute is not there, or cannot be driven; the message says why and what to do. */
public final class DeviceFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param message for the user */
    public DeviceFailure(String message) {
        super(message);
    }

    /** @param message for the user */
    public DeviceFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
