package org.casdm.checkpoint;

/**
 * Which checkpoints stay.
 *
 * @param keepLast  how many of the newest, at least 1
 * @param keepEvery checkpoints whose step is a multiple of it stay too; 0 for none
 */
public record RetentionPolicy(int keepLast, long keepEvery) {

    public RetentionPolicy {
        if (keepLast < 1) {
            throw new IllegalArgumentException("at least the last checkpoint must be kept, not " + keepLast);
        }
        if (keepEvery < 0) {
            throw new IllegalArgumentException("checkpoints cannot be kept every " + keepEvery + " steps");
        }
    }

    /** Whether the step is one that stays however old it is. */
    boolean keepsForever(long step) {
        return keepEvery > 0 && step % keepEvery == 0;
    }
}
