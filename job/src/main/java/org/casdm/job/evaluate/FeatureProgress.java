package org.casdm.job.evaluate;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.casdm.job.progress.TimeText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Tells how far the features of a set are: images done, how many a second, the time left. Hears of running tasks with
 * the executors' heartbeats, some seconds apart.
 */
final class FeatureProgress extends SparkListener {

    private static final Logger LOG = LoggerFactory.getLogger(FeatureProgress.class);
    private static final double SECONDS_BETWEEN = 9;

    private final String what;
    private final OptionalLong total;
    private final long accumulator;
    private final BiConsumer<String, Number> operators;
    private final long begin = System.nanoTime();
    private final Map<Long, Long> running = new HashMap<>();
    private long finished;
    private double told;

    /**
     * @param what        the set
     * @param total       its images, if they are known
     * @param accumulator identifier of the accumulator that counts images
     * @param operators   takes numbers by name too
     */
    FeatureProgress(String what, OptionalLong total, long accumulator, BiConsumer<String, Number> operators) {
        this.what = what;
        this.total = total;
        this.accumulator = accumulator;
        this.operators = operators;
        operators.accept("images", 0);
        total.ifPresent(images -> operators.accept("imagesWanted", images));
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
        for (var task : JavaConverters.seqAsJavaList(heartbeat.accumUpdates())) {
            long images = images(task._4());
            if (images > 0) {
                running.put((Long) task._1(), images);
            }
        }
        tell();
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        long images = images(end.taskInfo().accumulables());
        running.remove(end.taskInfo().taskId());
        if (end.taskInfo().successful()) {
            finished += images;
        }
        tell();
    }

    private long images(Seq<AccumulableInfo> accumulables) {
        for (var info : JavaConverters.seqAsJavaList(accumulables)) {
            if (info.id() == accumulator
                    && info.update().isDefined()
                    && info.update().get() instanceof Long images) {
                return images;
            }
        }
        return 0;
    }

    private void tell() {
        double seconds = (System.nanoTime() - begin) / 1e9;
        long images =
                finished + running.values().stream().mapToLong(Long::longValue).sum();
        operators.accept("images", images);
        operators.accept("imagesPerSecond", images / seconds);
        if (seconds - told < SECONDS_BETWEEN) {
            return;
        }
        told = seconds;
        LOG.info("{}", line(images, seconds));
    }

    /** What is said after so many images and seconds. */
    String line(long images, double seconds) {
        double rate = images / seconds;
        if (total.isEmpty()) {
            return String.format(Locale.ROOT, "%s: %,d images, %.1f images/s", what, images, rate);
        }
        // Tasks that are done again count twice.
        long done = Math.min(images, total.getAsLong());
        if (done == 0) {
            return String.format(Locale.ROOT, "%s: 0 of %,d images", what, total.getAsLong());
        }
        return String.format(
                Locale.ROOT,
                "%s: %,d of %,d images (%.1f %%), %.1f images/s, %s left",
                what,
                done,
                total.getAsLong(),
                100.0 * done / total.getAsLong(),
                rate,
                TimeText.hours((total.getAsLong() - done) / rate));
    }
}
