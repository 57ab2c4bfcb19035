package org.casdm.job.train;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.casdm.job.JobFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/** The executors that the cluster has given to this application. */
final class RegisteredExecutors {

    private static final Logger LOG = LoggerFactory.getLogger(RegisteredExecutors.class);
    private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,.*");
    private static final String INSTANCES = "spark.executor.instances";
    private static final String DRIVER = "driver";
    private static final long TIMEOUT_SECONDS = 60;
    /** A standalone cluster does not say how many will come: all have, once none has come for as long. */
    private static final long SETTLED_SECONDS = 10;

    private static final long POLL_MILLISECONDS = 200;

    private RegisteredExecutors() {}

    /**
     * Waits for the executors: they register one by one while the driver goes on.
     *
     * @return the cores of each
     * @throws JobFailure if none comes
     */
    static List<Integer> await(JavaSparkContext spark) {
        var expected = expected(spark.master(), spark.getConf());
        long start = System.nanoTime();
        long changed = start;
        var cores = cores(spark);
        while (!complete(cores.size(), expected, seconds(changed)) && seconds(start) < TIMEOUT_SECONDS) {
            if (spark.sc().isStopped()) {
                throw new JobFailure(spark.master() + " does not answer, or has ended this application: check"
                        + " spark.master, that the cluster runs, and, where spark.authenticate is on, that it has the"
                        + " secret of this environment");
            }
            sleep();
            var now = cores(spark);
            if (now.size() != cores.size()) {
                changed = System.nanoTime();
            }
            cores = now;
        }
        if (cores.isEmpty()) {
            throw new JobFailure("no executor has registered with " + spark.master() + " within "
                    + TIMEOUT_SECONDS + " s: are workers running, with the memory and cores that"
                    + " spark.executor.memory and spark.executor.cores request? With numbers instead of auto in"
                    + " train.workers and execution.threads-per-worker, Spark waits without limit");
        }
        if (expected.isPresent() && cores.size() < expected.getAsInt()) {
            LOG.warn(
                    "{} of {} executors have registered within {} s",
                    cores.size(),
                    expected.getAsInt(),
                    TIMEOUT_SECONDS);
        }
        return cores;
    }

    /** How many executors there will be, if that is known. */
    static OptionalInt expected(String master, SparkConf conf) {
        var cluster = LOCAL_CLUSTER.matcher(master);
        if (cluster.matches()) {
            return OptionalInt.of(Integer.parseInt(cluster.group(1)));
        }
        return conf.contains(INSTANCES) ? OptionalInt.of(conf.getInt(INSTANCES, 1)) : OptionalInt.empty();
    }

    static boolean complete(int count, OptionalInt expected, long secondsUnchanged) {
        return expected.isPresent() ? count >= expected.getAsInt() : count > 0 && secondsUnchanged >= SETTLED_SECONDS;
    }

    private static List<Integer> cores(JavaSparkContext spark) {
        return JavaConverters.seqAsJavaList(spark.sc().statusStore().executorList(true)).stream()
                .filter(executor -> !executor.id().equals(DRIVER) && executor.totalCores() > 0)
                .map(ExecutorSummary::totalCores)
                .toList();
    }

    private static long seconds(long since) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailure("interrupted while waiting for executors", e);
        }
    }
}
