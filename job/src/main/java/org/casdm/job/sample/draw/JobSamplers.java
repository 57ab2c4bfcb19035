package org.casdm.job.sample.draw;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Computer;
import org.casdm.engine.Device;
import org.casdm.job.device.DeviceAssignment;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.sampling.Sampler;

/**
 * The samplers of one job in this JVM: one for each task that runs at the same time, all on the same weights. They are
 * kept from task to task, as a sampler has networks and their memory.
 */
final class JobSamplers implements Closeable {

    private final SampleTask task;
    private final Map<Device, Deque<Sampler>> idle = new HashMap<>();
    /** Null until the first sampler needs it. */
    private FloatPointer weights;

    private int lent;
    private boolean retired;

    JobSamplers(SampleTask task) {
        this.task = task;
    }

    /** The samplers that this JVM keeps for a task's job. */
    static JobSamplers of(SampleTask task) {
        return ExecutorLocal.get(JobSamplers.class, task.job(), () -> new JobSamplers(task));
    }

    /**
     * A sampler on the device that Spark has given to a task. The calling thread is the one that will draw.
     *
     * @throws IOException if the weights cannot be read
     */
    BorrowedSampler borrow(TaskContext context) throws IOException {
        // Not under the lock: where Spark assigns no GPUs, it waits for a task that gives back its own.
        return borrow(DeviceAssignment.ofTask(context, task.engine()));
    }

    /** An idle sampler of a device, or a new one. */
    synchronized BorrowedSampler borrow(Computer computer) throws IOException {
        var ofDevice = idle.computeIfAbsent(computer.device(), key -> new ArrayDeque<>());
        var sampler = ofDevice.isEmpty() ? create(computer) : ofDevice.pop();
        lent++;
        return new BorrowedSampler(this, sampler, computer.device());
    }

    private Sampler create(Computer computer) throws IOException {
        var settings = task.settings();
        if (weights == null) {
            // Other tasks wait meanwhile, as they need the weights too.
            weights = settings.model().load(task.configuration());
        }
        return new Sampler(
                computer.engine(),
                computer.device(),
                computer.arithmetic(task.threads()),
                settings.model().spec(),
                weights,
                settings.size(),
                settings.sampler());
    }

    /** Takes a sampler back; one whose task has failed may be amid a step and is not used again. */
    synchronized void giveBack(Sampler sampler, Device device, boolean usable) {
        lent--;
        if (usable && !retired) {
            idle.get(device).push(sampler);
        } else {
            sampler.close();
        }
        freeWeights();
    }

    /** From now on nothing is kept. */
    @Override
    public synchronized void close() {
        retired = true;
        idle.values().forEach(samplers -> samplers.forEach(Sampler::close));
        idle.clear();
        freeWeights();
    }

    private void freeWeights() {
        if (retired && lent == 0 && weights != null) {
            weights.close();
            weights = null;
        }
    }
}
