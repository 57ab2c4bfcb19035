package org.casdm.job.rounds.state;

/** The names that states are exposed under within a run. A repeated task has another attempt number. */
public final class RoundNames {

    private static final String START = "start";
    private static final String WORKER = "worker";
    private static final String GROUP = "group";
    private static final String AVERAGE = "average";
    private static final String COPY = "copy";

    private RoundNames() {}

    /** The driver's state at the beginning of a round. */
    public static String start(long round) {
        return START + "/" + round;
    }

    /** A worker's state at the end of a round. */
    public static String worker(long round, int worker, long attempt) {
        return WORKER + "/" + round + "/" + worker + "/" + attempt;
    }

    /** Blocks averaged over a group of workers. */
    public static String group(long round, int task, long attempt) {
        return GROUP + "/" + round + "/" + task + "/" + attempt;
    }

    /** Averaged blocks of a round. */
    public static String average(long round, int task, long attempt) {
        return AVERAGE + "/" + round + "/" + task + "/" + attempt;
    }

    /** Copies of a round's averaged blocks for the host's workers. */
    public static String copy(long round, int task, long attempt) {
        return COPY + "/" + round + "/" + task + "/" + attempt;
    }

    public static boolean isOlderGroup(String name, long round) {
        return isOlder(GROUP, name, round);
    }

    public static boolean isOlderCopy(String name, long round) {
        return isOlder(COPY, name, round);
    }

    public static boolean isOlderWorker(String name, long round) {
        return isOlder(WORKER, name, round);
    }

    public static boolean isOlderAverage(String name, long round) {
        return isOlder(AVERAGE, name, round);
    }

    private static boolean isOlder(String kind, String name, long round) {
        String[] parts = name.split("/");
        return parts[0].equals(kind) && Long.parseLong(parts[1]) < round;
    }
}
