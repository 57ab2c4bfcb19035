package org.casdm.job.device;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The GPUs that tasks of this process have at the moment, where Spark does not assign them. This is state of the
 * process because that is what shares them.
 */
final class GpuLeases {

    private static final GpuLeases SHARED = new GpuLeases();

    private final Set<Integer> taken = new HashSet<>();

    /** Those of this process. */
    static GpuLeases shared() {
        return SHARED;
    }

    /** Takes the first GPU that is free; waits for one. */
    synchronized int take(List<Integer> gpus) throws InterruptedException {
        while (true) {
            for (int gpu : gpus) {
                if (taken.add(gpu)) {
                    return gpu;
                }
            }
            wait();
        }
    }

    /** Makes a GPU free again. */
    synchronized void giveBack(int gpu) {
        taken.remove(gpu);
        notifyAll();
    }
}
