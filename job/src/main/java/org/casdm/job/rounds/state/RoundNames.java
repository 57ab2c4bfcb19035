package org.casdm.job.rounds.state;

/** The names that states are exposed under within a run. A repeated task has another attempt number. */
public final class RoundNames {

    private static final String START = "start";
    private static final String WORKER = "worker";
    private static final String AVERAGE = "average";

    private RoundNames() {}

    /** The driver's state at the beginning of a round. */
    public static String start(long round) {
        return START + "/" + round;
    }

    /** A worker's state at the end of a round. */
    public static String worker(long round, int worker, long attempt) {
        return WORKER + "/" + round + "/" + worker + "/" + attempt;
    }

    /** Averaged blocks of a round. */
    public static String average(long round, int task, long attempt) {
        return AVERAGE + "/" + round + "/" + task + "/" + attempt;
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
