package org.casdm.job.testing;

import java.util.Arrays;
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
            var executor = end.taskInfo().executorId();
            ProcessHandle.current().descendants().filter(process -> isExecutor(process, executor))
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static boolean isExecutor(ProcessHandle process, String id) {
        var arguments = Arrays.asList(process.info().arguments().orElse(new String[0]));
        int option = arguments.indexOf("--executor-id");
        return option >= 0 && option + 1 < arguments.size() && arguments.get(option + 1).equals(id);
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
