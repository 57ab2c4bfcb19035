package org.casdm.weights.published;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/**
 * Closes a connection on which nothing has arrived for a while: its reader then gets an exception instead of
 * waiting for ever, which Java's HTTP client does.
 */
final class StallGuard implements AutoCloseable {

    private final Closeable connection;
    private final long nanoseconds;
    private final Thread thread;
    private volatile long lastProgress = System.nanoTime();

    StallGuard(Closeable connection, Duration patience) {
        this.connection = connection;
        nanoseconds = patience.toNanos();
        thread = new Thread(this::watch, "stall-guard");
        thread.setDaemon(true);
        thread.start();
    }

    /** Something has come. */
    void progress() {
        lastProgress = System.nanoTime();
    }

    private void watch() {
        try {
            for (long left = nanoseconds; left > 0; left = lastProgress + nanoseconds - System.nanoTime()) {
                Thread.sleep(Duration.ofNanos(left).toMillis() + 1);
            }
            connection.close();
        } catch (InterruptedException e) {
            // The connection has served its purpose.
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("a stalled connection cannot be closed", e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
