package org.casdm.job.prepare;

import java.io.Serializable;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.casdm.job.metrics.OperatorMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how far the job is, every ten seconds. The numbers come with finished tasks; repeated tasks count twice here,
 * and nowhere else.
 */
final class PrepareProgress implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PrepareProgress.class);
    private static final int SECONDS = 10;

    private final Counters counters;
    private final long sourceBytes;
    private final int shards;
    private final long start = System.nanoTime();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "prepare-progress");
        thread.setDaemon(true);
        return thread;
    });
    private long writingSince;

    /**
     * What tasks count.
     *
     * @param images pictures read and transformed
     * @param bad    pictures that cannot be used
     * @param bytes  of the source's parts that are done
     * @param shards written
     */
    record Counters(LongAccumulator images, LongAccumulator bad, LongAccumulator bytes, LongAccumulator shards)
            implements Serializable {

        static Counters of(JavaSparkContext spark) {
            return new Counters(
                    spark.sc().longAccumulator("images"),
                    spark.sc().longAccumulator("bad pictures"),
                    spark.sc().longAccumulator("bytes read"),
                    spark.sc().longAccumulator("shards"));
        }
    }

    PrepareProgress(Counters counters, long sourceBytes, int shards) {
        this.counters = counters;
        this.sourceBytes = sourceBytes;
        this.shards = shards;
        var operators = OperatorMetrics.register("prepare");
        operators.read("images", counters.images()::value);
        operators.read("badImages", counters.bad()::value);
        operators.read("bytes", counters.bytes()::value);
        operators.read("shards", counters.shards()::value);
        operators.set("bytesWanted", sourceBytes);
        operators.set("shardsWanted", shards);
        ticker.scheduleAtFixedRate(this::tell, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private void tell() {
        long written = counters.shards().value();
        if (counters.bytes().value() < sourceBytes && written == 0) {
            double done = Math.min(1, (double) counters.bytes().value() / sourceBytes);
            LOG.info(
                    "read {} pictures ({} % of the source), {} a second, {} cannot be used{}",
                    counters.images().value(),
                    Math.round(100 * done),
                    String.format(Locale.ROOT, "%.0f", counters.images().value() / seconds(start)),
                    counters.bad().value(),
                    left(done, seconds(start)));
            return;
        }
        if (writingSince == 0) {
            writingSince = System.nanoTime();
        }
        LOG.info("wrote {} of {} shards{}", written, shards, left((double) written / shards, seconds(writingSince)));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static String left(double done, double seconds) {
        if (done <= 0) {
            return "";
        }
        var left = Duration.ofSeconds(Math.round(seconds * (1 - done) / done));
        return String.format(
                Locale.ROOT, ", about %d:%02d:%02d left", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }

    @Override
    public void close() {
        ticker.shutdownNow();
    }
}
