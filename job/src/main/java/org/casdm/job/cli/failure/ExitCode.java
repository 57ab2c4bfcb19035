package org.casdm.job.cli.failure;

import org.casdm.failure.UserFailure;

/** What the program's end says to scripts. */
public final class ExitCode {

    /** Done. */
    public static final int DONE = 0;
    /** The work failed; what was finished before is kept. */
    public static final int FAILURE = UserFailure.WORK_FAILED;
    /** The command line or the configuration is wrong; nothing was started. */
    public static final int USAGE = UserFailure.WRONG_USAGE;
    /** The checkpoint is not good enough to be promoted; what was promoted stays. */
    public static final int NOT_PROMOTED = 3;
    /** Interrupted, as shells report Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
