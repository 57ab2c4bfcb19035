package org.casdm.job.train;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.casdm.data.shard.ShardStream;
import org.casdm.job.executor.ExecutorLocal;

/**
 * The streams that a run's workers have left in this JVM for their next round, with the images read ahead.
 *
 * <p>A stream serves only the task that begins at its position. Those of workers that have gone to another executor are
 * closed when the next round begins here.
 */
final class WorkerStreams implements Closeable {

    /** Opens a stream where none can be continued. */
    interface Opener {
        ShardStream open() throws IOException;
    }

    private final Map<Integer, ShardStream> idle = new HashMap<>();
    private boolean closed;

    /** The streams that this JVM keeps for a run. */
    static WorkerStreams ofRun(String runId) {
        return ExecutorLocal.get(WorkerStreams.class, runId, WorkerStreams::new);
    }

    /**
     * The stream of a worker at a position; to be given back or closed.
     *
     * @param position images of the present division that the worker has visited
     */
    ShardStream take(int worker, long position, Opener opener) throws IOException {
        ShardStream found;
        synchronized (this) {
            found = idle.remove(worker);
            var others = idle.values().iterator();
            while (others.hasNext()) {
                var other = others.next();
                // In a round all workers begin at the same position.
                if (other.position() < position) {
                    other.close();
                    others.remove();
                }
            }
        }
        if (found != null && found.position() == position) {
            return found;
        }
        if (found != null) {
            // A task that is tried again.
            found.close();
        }
        return opener.open();
    }

    /** Keeps a stream for the worker's next round. */
    void giveBack(int worker, ShardStream stream) throws IOException {
        ShardStream unused = stream;
        synchronized (this) {
            if (!closed) {
                // Replaces that of another attempt of the same task.
                unused = idle.put(worker, stream);
            }
        }
        if (unused != null) {
            unused.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        for (var stream : idle.values()) {
            stream.close();
        }
        idle.clear();
    }
}
