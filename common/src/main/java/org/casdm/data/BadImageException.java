package org.casdm.data;

import org.casdm.failure.DataException;

/**
 * One picture cannot be used: empty, truncated, no picture at all, too large, or a record that is cut. Reading it again
 * gives the same, so a caller may count it and go on with the others.
 */
public final class BadImageException extends DataException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param id     the file or record, as a person would look for it
     * @param reason what is wrong with it
     */
    public BadImageException(String id, String reason) {
        this(id, reason, null);
    }

    /**
     * @param id     the file or record, as a person would look for it
     * @param reason what is wrong with it
     * @param cause  what the decoder said
     */
    public BadImageException(String id, String reason, Throwable cause) {
        super(id + ": " + reason, cause);
        this.reason = reason;
    }

    /** What is wrong with it. */
    public String reason() {
        return reason;
    }
}
