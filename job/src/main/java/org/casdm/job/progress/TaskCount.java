package org.casdm.job.progress;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.collection.JavaConverters;

/**
 * Follows an accumulator that tasks add to. What running tasks have added comes with the executors' heartbeats, every
 * ten seconds; what failed tasks have added is taken back.
 */
public final class TaskCount extends SparkListener implements AutoCloseable {

    private final SparkContext spark;
    private final long accumulator;
    private final LongConsumer counts;
    private final Map<Long, Long> running = new HashMap<>();
    private long finished;

    private TaskCount(SparkContext spark, long accumulator, LongConsumer counts) {
        this.spark = spark;
        this.accumulator = accumulator;
        this.counts = counts;
    }

    /**
     * Follows an accumulator until it is closed.
     *
     * @param counts takes the sum, once it is not zero, on a thread of Spark's
     */
    public static TaskCount follow(SparkContext spark, LongAccumulator accumulator, LongConsumer counts) {
        var count = new TaskCount(spark, accumulator.id(), counts);
        spark.addSparkListener(count);
        return count;
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        running.remove(end.taskInfo().taskId());
        if (end.taskInfo().successful()) {
            finished += added(JavaConverters.asJavaCollection(end.taskInfo().accumulables()));
        }
        tell();
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
        for (var task : JavaConverters.asJavaCollection(heartbeat.accumUpdates())) {
            long added = added(JavaConverters.asJavaCollection(task._4()));
            if (added > 0) {
                running.put((Long) task._1(), added);
            }
        }
        tell();
    }

    private long added(Collection<AccumulableInfo> updates) {
        return updates.stream()
                .filter(update -> update.id() == accumulator && update.update().isDefined())
                .mapToLong(update -> ((Number) update.update().get()).longValue())
                .sum();
    }

    private void tell() {
        long sum =
                finished + running.values().stream().mapToLong(Long::longValue).sum();
        if (sum > 0) {
            counts.accept(sum);
        }
    }

    @Override
    public void close() {
        spark.removeSparkListener(this);
    }
}
