package org.casdm.job.cli.spark;

import java.io.IOException;
import java.io.PrintWriter;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.cli.failure.ExitCode;

/** Runs a job in a Spark context of its own, which ends with it, and listens for the user's wish to stop. */
public final class SparkProgram {

    private SparkProgram() {}

    /** A job, ready to run: its settings have been checked. */
    @FunctionalInterface
    public interface Job {
        void run(JavaSparkContext spark) throws IOException;
    }

    /**
     * Starts Spark and runs the job.
     *
     * @param error where to tell the user what an interruption means
     * @return the {@link ExitCode}
     */
    public static int run(SparkConf conf, PrintWriter error, Job job) throws IOException {
        try (var spark = new JavaSparkContext(conf)) {
            var interruption = new Interruption(error);
            try {
                job.run(spark);
                return ExitCode.DONE;
            } catch (Exception e) {
                if (interruption.hasCome()) {
                    // Spark is being stopped, and whatever it was doing fails: no news.
                    return ExitCode.INTERRUPTED;
                }
                throw e;
            } finally {
                interruption.stopListening();
            }
        }
    }
}
