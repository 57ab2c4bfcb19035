package org.casdm.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.SynchronousQueue;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of one worker, one after the other, without end. A separate thread reads the next window while the
 * present one is being visited: two windows are in memory, and a row group, whatever the size of the data set. For one
 * thread.
 */
public final class ShardStream implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ShardStream.class);

    private final ShardOrder order;
    private final int worker;
    private final int byteCount;
    private final RowGroupReader reader;
    private final SynchronousQueue<Delivery> deliveries = new SynchronousQueue<>();
    private final Thread thread;
    private long position;
    private ShardWindow window;
    private int next;
    private IOException failure;
    private volatile boolean closed;

    /** A window and the first image of it that is to be visited, or why there is none. */
    private record Delivery(ShardWindow window, int first, IOException failure) {}

    /**
     * Begins to read.
     *
     * @param set      what is read
     * @param order    in which order
     * @param worker   whose images
     * @param position how many images of the present division the worker has visited before
     */
    public ShardStream(DataFolder set, ShardOrder order, int worker, long position, Configuration hadoop)
            throws IOException {
        this.order = order;
        this.worker = worker;
        this.position = position;
        byteCount = ShardSchema.byteCount(set.description().size());
        reader = new RowGroupReader(set, hadoop);
        thread = new Thread(() -> deliver(position), "shards of worker " + worker);
        thread.setDaemon(true);
        thread.start();
    }

    /** Images of the present division that the worker has visited. */
    public long position() {
        return position;
    }

    /** Whether reading has failed; another stream may try it again. */
    public boolean hasFailed() {
        return failure != null;
    }

    /**
     * Reads the next image.
     *
     * @param destination takes size × size × 3 unsigned bytes, row-major, channel last
     * @param offset      where in the destination to begin
     * @return its label
     * @throws org.casdm.failure.DataException naming the shard that is missing or damaged
     * @throws IOException                  when the storage fails
     */
    public int read(byte[] destination, int offset) throws IOException {
        Objects.checkFromIndexSize(offset, byteCount, destination.length);
        if (window == null) {
            window = await();
        }
        System.arraycopy(window.pixels(), next * byteCount, destination, offset, byteCount);
        int label = window.labels()[next];
        next++;
        position++;
        if (next == window.count()) {
            window = null;
        }
        return label;
    }

    private ShardWindow await() throws IOException {
        if (failure == null) {
            try {
                var delivery = deliveries.take();
                if (delivery.window() != null) {
                    next = delivery.first();
                    return delivery.window();
                }
                failure = delivery.failure();
            } catch (InterruptedException e) {
                // Spark kills the task.
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for images of worker " + worker, e);
            }
        }
        throw failure;
    }

    /** The thread's work, until it is interrupted. */
    private void deliver(long start) {
        try (reader) {
            deliverFrom(start);
        } catch (InterruptedException e) {
            LOG.debug("the stream of worker {} is closed", worker);
        } catch (IOException | RuntimeException | Error e) {
            offerFailure(
                    e instanceof IOException storage
                            ? storage
                            : new IOException("reading the shards of worker " + worker + " has failed: " + e, e));
        }
    }

    private void deliverFrom(long start) throws IOException, InterruptedException {
        var present = order.divisions().present();
        long epoch = (present.firstImage() + present.place(worker, start)) / order.count();
        // Images of the epoch that were visited before.
        long visited = start - present.count(worker, Math.max(0, epoch * order.count() - present.firstImage()));
        for (; ; epoch++) {
            var images = order.epoch(epoch, worker);
            for (long index = visited / order.window(); index < images.windows(); index++) {
                int first = (int) Math.max(0, visited - index * order.window());
                deliveries.put(new Delivery(ShardWindow.read(images, index, reader, byteCount), first, null));
            }
            visited = 0;
        }
    }

    private void offerFailure(IOException cause) {
        // Interrupted storage fails, and nothing waits for the result.
        if (!closed) {
            try {
                deliveries.put(new Delivery(null, 0, cause));
            } catch (InterruptedException e) {
                LOG.debug("the stream of worker {} is closed", worker);
            }
        }
    }

    /** Ends the thread and waits for that. */
    @Override
    public void close() throws IOException {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
