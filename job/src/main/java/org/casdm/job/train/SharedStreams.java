package org.casdm.job.train;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.casdm.data.shard.ShardStream;

/**
 * The streams that workers have left in this JVM for their next round, with the images read ahead. This is state of the
 * process because tasks have no other place to leave something for the next task.
 *
 * <p>A stream serves only the task that begins where it stands. Those of workers that have gone to another executor,
 * and of earlier runs, are closed when the next round begins here.
 */
final class SharedStreams {

    /**
     * Whose stream it is.
     *
     * @param runId  tells runs apart
     * @param worker its index
     */
    record Key(String runId, int worker) {}

    /** Opens a stream where none can be gone on with. */
    interface Opener {
        ShardStream open() throws IOException;
    }

    private static final Map<Key, ShardStream> IDLE = new HashMap<>();

    private SharedStreams() {}

    /**
     * The stream of a worker, standing at a position; to be given back or closed.
     *
     * @param position images of the present division that the worker has visited
     */
    static ShardStream take(Key key, long position, Opener opener) throws IOException {
        ShardStream found;
        synchronized (IDLE) {
            found = IDLE.remove(key);
            var others = IDLE.entrySet().iterator();
            while (others.hasNext()) {
                var other = others.next();
                // In a round all workers begin at the same position.
                if (!other.getKey().runId().equals(key.runId())
                        || other.getValue().position() < position) {
                    other.getValue().close();
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
    static void giveBack(Key key, ShardStream stream) throws IOException {
        ShardStream replaced;
        synchronized (IDLE) {
            replaced = IDLE.put(key, stream);
        }
        if (replaced != null) {
            // Of another attempt of the same task.
            replaced.close();
        }
    }

    /** Closes all. */
    static void close() throws IOException {
        synchronized (IDLE) {
            for (var stream : IDLE.values()) {
                stream.close();
            }
            IDLE.clear();
        }
    }
}
