package org.casdm.failure;

import java.util.List;

/**
 * A failure that a user can mend, implemented by exceptions. The message is written for the user: it says what is
 * wrong, where, and what to do, and needs no stack trace.
 */
public interface UserFailure {

    /** Exit code: the work failed; what was finished before is kept. */
    int WORK_FAILED = 1;

    /** Exit code: the command line or the configuration is wrong; nothing was started. */
    int WRONG_USAGE = 2;

    /** For the user. */
    String getMessage();

    /** What is wrong, a line for each problem. */
    default List<String> problems() {
        return List.of(getMessage());
    }

    /** What the program ends with. */
    default int exitCode() {
        return WORK_FAILED;
    }
}
