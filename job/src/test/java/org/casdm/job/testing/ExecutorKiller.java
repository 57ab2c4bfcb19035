package org.casdm.job.testing;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Kills the process of an executor, as if its machine had gone: the one that ends the n-th task. */
public final class ExecutorKiller extends SparkListener {

    private final AtomicInteger tasksLeft;
    private final CountDownLatch removed = new CountDownLatch(1);

    /** @param tasks after the end of so many tasks the executor of the last one is killed */
    public ExecutorKiller(int tasks) {
        tasksLeft = new AtomicInteger(tasks);
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (tasksLeft.decrementAndGet() == 0) {
            LocalCluster.executors()
                    .get(Integer.parseInt(end.taskInfo().executorId()))
                    .destroyForcibly();
        }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        removed.countDown();
    }

    /** Whether an executor has gone, within a minute. */
    public boolean hasKilled() throws InterruptedException {
        return removed.await(60, TimeUnit.SECONDS);
    }
}
