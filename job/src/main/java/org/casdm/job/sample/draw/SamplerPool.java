package org.casdm.job.sample.draw;

import java.io.IOException;
import java.util.UUID;
import org.apache.spark.TaskContext;
import org.casdm.job.device.DeviceAssignment;

/**
 * The samplers of this JVM, kept from task to task: a sampler has networks and their memory, and the weights are read
 * once for all of them. This is state of the process because tasks have no other place to leave something for the next
 * task. Those of one job at a time are kept.
 */
public final class SamplerPool {

    private static final SamplerPool SHARED = new SamplerPool();

    private JobSamplers current;

    /** The pool of this JVM. */
    public static SamplerPool shared() {
        return SHARED;
    }

    /**
     * A sampler for a task, on the device that Spark has given to it. The calling thread is the one that will draw.
     *
     * @throws IOException if the weights cannot be read
     */
    BorrowedSampler borrow(SampleTask task, TaskContext context) throws IOException {
        return samplers(task).borrow(DeviceAssignment.ofTask(context, task.engine()));
    }

    private synchronized JobSamplers samplers(SampleTask task) {
        if (current == null || !current.task().job().equals(task.job())) {
            retire();
            current = new JobSamplers(task);
        }
        return current;
    }

    /** Frees the samplers of a job. Those that tasks still hold are freed when they are given back. */
    public synchronized void discard(UUID job) {
        if (current != null && current.task().job().equals(job)) {
            retire();
        }
    }

    private void retire() {
        if (current != null) {
            current.retire();
            current = null;
        }
    }
}
