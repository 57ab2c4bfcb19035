package org.casdm.job.sample.draw;

import org.casdm.engine.Device;
import org.casdm.sampling.Sampler;

/** A sampler that a task has while it runs; closing gives it back. */
final class BorrowedSampler implements AutoCloseable {

    private final JobSamplers owner;
    private final Sampler sampler;
    private final Device device;
    private boolean usable;

    BorrowedSampler(JobSamplers owner, Sampler sampler, Device device) {
        this.owner = owner;
        this.sampler = sampler;
        this.device = device;
    }

    /** What it draws on. */
    Device device() {
        return device;
    }

    Sampler sampler() {
        return sampler;
    }

    /** Says that the sampler has done its work, and may serve again. */
    void keep() {
        usable = true;
    }

    @Override
    public void close() {
        owner.giveBack(sampler, device, usable);
    }
}
