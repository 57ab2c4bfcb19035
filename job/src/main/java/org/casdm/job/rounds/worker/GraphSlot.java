package org.casdm.job.rounds.worker;

import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.casdm.engine.Computer;
import org.casdm.engine.nd4j.Nd4jBackend;
import org.casdm.job.rounds.step.GraphStepper;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A built graph, with the thread that it lives on.
 *
 * <p>ND4J ties workspaces (all of a step's activations), random numbers and the GPU to the thread. Spark runs tasks on
 * whichever thread of its pool is free, and each of them would come to own workspaces of full size. So every graph has
 * one thread of its own, for building and training it.
 */
final class GraphSlot {

    /** Something to be done with the slot on its thread. */
    interface Action<T> {
        T run() throws Exception;
    }

    private final GraphKey key;
    private final Computer computer;
    private final ExecutorService thread;
    private ComputationGraph graph;
    private GraphStepper stepper;
    private boolean bound;
    private boolean reusable;

    GraphSlot(GraphKey key, Computer computer) {
        this.key = key;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            var newThread = new Thread(task, "graph of a worker");
            newThread.setDaemon(true);
            return newThread;
        });
        this.computer = computer;
    }

    GraphKey key() {
        return key;
    }

    /**
     * Runs an action on the slot's thread and waits for it. If the action fails, or the caller is interrupted (as Spark
     * does to a task that it kills), the slot is not used again: the graph may be amid a step.
     */
    <T> T call(Action<T> action) throws Exception {
        reusable = false;
        var future = thread.submit((Callable<T>) () -> {
            bindOnce();
            return action.run();
        });
        try {
            T result = future.get();
            reusable = true;
            return result;
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    /** Whether the last action succeeded. */
    boolean reusable() {
        return reusable;
    }

    /** The graph, built by the first call. Only on the slot's thread. */
    ComputationGraph graph(Action<ComputationGraph> builder) throws Exception {
        if (graph == null) {
            graph = builder.run();
        }
        return graph;
    }

    /** What takes the graph's steps, made by the first call. Only on the slot's thread. */
    GraphStepper stepper(Action<GraphStepper> maker) throws Exception {
        if (stepper == null) {
            stepper = maker.run();
        }
        return stepper;
    }

    /** What the task computes with whose slot this was first, and every later one. */
    Computer computer() {
        return computer;
    }

    /** Frees the graph's memory, after what still runs on the thread, and ends the thread. Does not wait. */
    void close() {
        thread.execute(this::release);
        thread.shutdown();
    }

    private void bindOnce() {
        if (!bound) {
            var device = computer.device();
            Nd4jBackend.bindThread(device.isCpu() ? OptionalInt.empty() : OptionalInt.of(device.index()));
            bound = true;
        }
    }

    /** Whether the memory is free. */
    boolean isClosed() {
        return thread.isTerminated();
    }

    /** Waits until the memory is free, after {@link #close}. */
    void awaitClosed() throws InterruptedException {
        thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    private void release() {
        if (stepper != null) {
            stepper.close();
            stepper = null;
        }
        if (graph != null) {
            graph.close();
            graph = null;
        } else {
            Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
        }
    }
}
