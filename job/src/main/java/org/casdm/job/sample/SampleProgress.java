package org.casdm.job.sample;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.casdm.job.progress.TimeText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/**
 * Tells how far the drawing is: images done, images a second, time left. Tasks count their images' steps; what running
 * tasks have counted comes with the executors' heartbeats, every ten seconds.
 */
final class SampleProgress extends SparkListener {

    private static final Logger LOG = LoggerFactory.getLogger(SampleProgress.class);
    private static final long PAUSE_NANOSECONDS = TimeUnit.SECONDS.toNanos(5);

    private final long accumulator;
    private final long before;
    private final long total;
    private final int steps;
    private final BiConsumer<String, Number> operators;
    private final long begin = System.nanoTime();
    private final Map<Long, Long> running = new HashMap<>();
    private long finished;
    private long told = begin;
    /** When the first count came, and how large it was: before, executors were starting. */
    private long firstTime;

    private long firstDone;

    /**
     * @param accumulator id of the tasks' count of images times steps
     * @param before images that are there already
     * @param total images wanted, those among them
     * @param steps of each image
     * @param operators is told too
     */
    SampleProgress(long accumulator, long before, long total, int steps, BiConsumer<String, Number> operators) {
        this.accumulator = accumulator;
        this.before = before;
        this.total = total;
        this.steps = steps;
        this.operators = operators;
        operators.accept("imagesWanted", total);
        operators.accept("images", before);
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        long counted = count(JavaConverters.asJavaCollection(end.taskInfo().accumulables()));
        running.remove(end.taskInfo().taskId());
        if (end.reason() == Success$.MODULE$) {
            finished += counted;
        }
        tell();
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        for (var task : JavaConverters.asJavaCollection(update.accumUpdates())) {
            long counted = count(JavaConverters.asJavaCollection(task._4()));
            if (counted > 0) {
                running.put((Long) task._1(), counted);
            }
        }
        tell();
    }

    private long count(Collection<AccumulableInfo> updates) {
        return updates.stream()
                .filter(update -> update.id() == accumulator && update.update().isDefined())
                .mapToLong(update -> ((Number) update.update().get()).longValue())
                .sum();
    }

    private void tell() {
        long done =
                finished + running.values().stream().mapToLong(Long::longValue).sum();
        told(done, System.nanoTime()).ifPresent(LOG::info);
    }

    /**
     * What is to be told now, if anything. Tasks that are done at once count within a millisecond: a rate is taken over
     * seconds.
     *
     * @param done images times steps
     */
    Optional<String> told(long done, long now) {
        if (firstTime == 0 && done > 0) {
            firstTime = now;
            firstDone = done;
        }
        operators.accept("images", before + done / steps);
        if (done == firstDone || now - firstTime < PAUSE_NANOSECONDS) {
            return Optional.empty();
        }
        double rate = (done - firstDone) * 1e9 / (now - firstTime);
        operators.accept("imagesPerSecond", rate / steps);
        if (now - told < PAUSE_NANOSECONDS) {
            return Optional.empty();
        }
        told = now;
        return Optional.of(line(before, done, total, steps, rate));
    }

    /**
     * A line of progress.
     *
     * @param done images times steps
     * @param rate images times steps in a second
     */
    static String line(long before, long done, long total, int steps, double rate) {
        double images = before + (double) done / steps;
        double perSecond = rate / steps;
        return String.format(
                Locale.ROOT,
                "images %,d/%,d (%.1f %%) | %.3g images/s | %s left",
                (long) images,
                total,
                100 * images / total,
                perSecond,
                TimeText.hours((total - images) / perSecond));
    }

    /** Seconds since the start. */
    double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }
}
