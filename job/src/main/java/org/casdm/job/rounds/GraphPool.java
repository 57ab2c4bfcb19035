package org.casdm.job.rounds;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;

/**
 * The graphs that this JVM keeps between rounds, so that they are built once and not for each task. A graph's numbers
 * always come from the round's broadcast: which slot a task gets, or whether it is a new one, does not matter.
 *
 * <p>This is static state, which the program has only where there is no way around it: an executor's tasks share
 * nothing but their JVM, and a graph with its native arrays takes seconds and gigabytes to build. There is no other
 * place to keep it.
 *
 * <p>Bounded: graphs are kept of one run and configuration only, and never more than the run has workers; since a task
 * holds one graph while it runs, there are never more than concurrent tasks. They are released when another run's task
 * arrives, when {@link RoundTrainingMaster#close()} is called in the same JVM, and with the JVM.
 */
final class GraphPool {

    private static final GraphPool SHARED = new GraphPool();

    private final Deque<GraphSlot> idle = new ArrayDeque<>();
    private GraphKey current;

    /** The pool of this JVM. */
    static GraphPool shared() {
        return SHARED;
    }

    /** Takes an idle slot for the key, or makes one. The caller gives it back by {@link #release}. */
    synchronized GraphSlot acquire(GraphKey key, DeviceAssignment device) {
        if (current == null || !current.sameModel(key)) {
            closeIdle();
            current = key;
        }
        var candidates = idle.iterator();
        while (candidates.hasNext()) {
            GraphSlot slot = candidates.next();
            if (slot.key().equals(key)) {
                candidates.remove();
                return slot;
            }
        }
        return new GraphSlot(key, device);
    }

    /**
     * Gives a slot back; when there are too many, the one that was longest idle goes.
     *
     * @param limit how many idle slots to keep at most
     */
    synchronized void release(GraphSlot slot, int limit) {
        if (!slot.reusable() || current == null || !current.sameModel(slot.key())) {
            slot.close();
            return;
        }
        idle.addFirst(slot);
        while (idle.size() > limit) {
            idle.removeLast().close();
        }
    }

    /** Frees the graphs of a run. Those that tasks still hold are freed when they are given back. */
    synchronized void discard(UUID runId) {
        if (current != null && current.runId().equals(runId)) {
            closeIdle();
            current = null;
        }
    }

    /** Number of slots kept for later use. */
    synchronized int idleCount() {
        return idle.size();
    }

    private void closeIdle() {
        idle.forEach(GraphSlot::close);
        idle.clear();
    }
}
