package org.casdm.network.nd4j.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Runs the iterations of a loop on a few threads, the calling one among them.
 */
public final class Parallel implements AutoCloseable {

    private final int threads;
    private final ExecutorService others;

    /** @param threads how many threads share a loop; 1 runs it in the caller's thread */
    public Parallel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        this.threads = threads;
        this.others = threads == 1
                ? null
                : Executors.newFixedThreadPool(threads - 1, task -> {
                    var thread = new Thread(task, "casdm-kernel");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** The threads that share a loop. */
    int threads() {
        return threads;
    }

    /** As {@link #forEach(int, IntConsumer)}; in the caller's thread where the work is less than waking another. */
    void forEach(int count, boolean small, IntConsumer body) {
        if (small) {
            for (int i = 0; i < count; i++) {
                body.accept(i);
            }
        } else {
            forEach(count, body);
        }
    }

    /** Calls {@code body} with 0 .. count - 1, in no particular order; returns when all are done. */
    public void forEach(int count, IntConsumer body) {
        int helpers = Math.min(threads, count) - 1;
        if (helpers <= 0) {
            for (int i = 0; i < count; i++) {
                body.accept(i);
            }
            return;
        }
        var next = new AtomicInteger();
        var failure = new AtomicReference<Throwable>();
        var done = new CountDownLatch(helpers);
        Runnable work = () -> {
            try {
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    body.accept(i);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        };
        for (int i = 0; i < helpers; i++) {
            others.execute(() -> {
                work.run();
                done.countDown();
            });
        }
        work.run();
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                // The arrays are still being written: wait for the others, then pass the interruption on.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() instanceof RuntimeException e) {
            throw e;
        }
        if (failure.get() instanceof Error e) {
            throw e;
        }
    }

    @Override
    public void close() {
        if (others != null) {
            others.shutdown();
        }
    }
}
