package org.casdm.job.rounds.worker;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.casdm.job.rounds.batch.BatchSource;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A round's minibatches, made by a thread of their own while the steps before are computed: read, decoded, augmented and
 * noised. At most {@value #AHEAD} are ready or in the making. What fails there fails the step that needs it.
 */
final class BatchesAhead implements WorkerTask.Minibatches, Iterator<MultiDataSet> {

    private static final int AHEAD = 2;

    private final BatchSource source;
    private final int count;
    private final BlockingQueue<Made> made = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(AHEAD);
    private final Thread maker;
    private volatile boolean closed;
    private int taken;

    /** A minibatch, or why there is none. */
    private record Made(MultiDataSet minibatch, Throwable failure) {}

    /**
     * @param source closed with this
     * @param first step
     * @param count of steps
     * @param worker index of the worker, for the thread's name
     */
    BatchesAhead(BatchSource source, long first, int count, int worker) {
        this.source = source;
        this.count = count;
        maker = new Thread(() -> make(first), "batches of worker " + worker);
        maker.setDaemon(true);
        maker.start();
    }

    private void make(long first) {
        try {
            for (int i = 0; i < count; i++) {
                room.acquire();
                if (closed) {
                    return;
                }
                made.add(new Made(source.batch(first + i), null));
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            made.add(new Made(null, e));
        }
    }

    @Override
    public Iterator<MultiDataSet> iterator() {
        return this;
    }

    @Override
    public Optional<MultiDataSet> peek() {
        return Optional.ofNullable(made.peek()).map(Made::minibatch);
    }

    @Override
    public boolean hasNext() {
        return taken < count;
    }

    @Override
    public MultiDataSet next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Made next;
        try {
            next = made.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while waiting for a minibatch"));
        }
        taken++;
        room.release();
        if (next.failure() instanceof IOException e) {
            throw new UncheckedIOException(e);
        } else if (next.failure() instanceof RuntimeException e) {
            throw e;
        } else if (next.failure() instanceof Error e) {
            throw e;
        } else if (next.failure() != null) {
            throw new IllegalStateException("the making of minibatches was interrupted", next.failure());
        }
        return next.minibatch();
    }

    /** Waits for the minibatch in the making, which it interrupts only if this thread is interrupted. */
    @Override
    public void close() throws IOException {
        closed = true;
        room.release();
        boolean interrupted = Thread.interrupted();
        while (maker.isAlive()) {
            if (interrupted) {
                maker.interrupt();
            }
            try {
                maker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        source.close();
    }
}
