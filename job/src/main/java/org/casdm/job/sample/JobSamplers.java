package org.casdm.job.sample;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.sampling.Sampler;

/** The samplers of one job in this JVM: one for each task that runs at the same time, all on the same weights. */
final class JobSamplers {

    /** For backends without devices, and where ND4J chooses. */
    static final int ANY_DEVICE = -1;

    private final SampleTask task;
    private final Map<Integer, FloatPointer> weights = new HashMap<>();
    private final Map<Integer, Deque<Sampler>> idle = new HashMap<>();
    private int lent;
    private boolean retired;

    JobSamplers(SampleTask task) {
        this.task = task;
    }

    SampleTask task() {
        return task;
    }

    /** An idle sampler of a device, or a new one. */
    synchronized BorrowedSampler borrow(int device) throws IOException {
        var ofDevice = idle.computeIfAbsent(device, key -> new ArrayDeque<>());
        var sampler = ofDevice.isEmpty() ? create(device) : ofDevice.pop();
        lent++;
        return new BorrowedSampler(this, sampler, device);
    }

    private Sampler create(int device) throws IOException {
        var settings = task.settings();
        var vector = weights.get(device);
        if (vector == null) {
            // Other tasks wait meanwhile, as they need the weights too.
            vector = settings.model().load(task.configuration());
            weights.put(device, vector);
        }
        return new Sampler(
                new Nd4jEngine(),
                Device.cpu(),
                Arithmetic.float32(task.threads()),
                settings.model().spec(),
                vector,
                settings.size(),
                settings.sampler());
    }

    /** Takes a sampler back; one whose task has failed may be amid a step and is not used again. */
    synchronized void giveBack(Sampler sampler, int device, boolean usable) {
        lent--;
        if (usable && !retired) {
            idle.get(device).push(sampler);
        } else {
            sampler.close();
        }
        freeWeights();
    }

    /** From now on nothing is kept. */
    synchronized void retire() {
        retired = true;
        idle.values().forEach(samplers -> samplers.forEach(Sampler::close));
        idle.clear();
        freeWeights();
    }

    private void freeWeights() {
        if (retired && lent == 0) {
            weights.values().forEach(FloatPointer::close);
            weights.clear();
        }
    }
}
