package org.casdm.job.executor;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What this JVM keeps for the tasks of a run: graphs, networks, streams, connections. Tasks share nothing but their
 * JVM, and Spark gives them no place to leave something for the next one, so this is static state. It is the only one of
 * the jobs, except for the GPUs in use, which belong to the process and not to a run.
 *
 * <p>Of each kind there is one value at a time, that of the newest run: the first task of another run closes it. A
 * value is closed as well by {@link #close(Object)}, which the driver calls when a run ends (that is the executors' JVM
 * in local mode), and otherwise ends with the JVM. What a value keeps, and how much of it, it limits itself.
 *
 * <p>Spark does not wait for the tasks of a job that has failed. So nothing is kept for a run any more once it is closed:
 * a task that it left behind would close what the next run works with.
 *
 * <p>A value may be closed while a task of its run still holds it; it has to free then what is given back to it.
 */
public final class ExecutorLocal {

    /** As many ended runs are remembered: their tasks are long gone when it takes one run more. */
    private static final int ENDED_RUNS = 1000;

    private static final Map<Class<?>, Kept> KEPT = new HashMap<>();
    private static final Set<Object> ENDED = new LinkedHashSet<>();

    /** A value, and whose it is. */
    private record Kept(Object run, Closeable value) {}

    private ExecutorLocal() {}

    /**
     * The value of a kind that is kept for a run, made if there is none. Other tasks wait meanwhile.
     *
     * @param run tells runs apart by {@link Object#equals}
     * @throws IllegalStateException if the run is closed
     * @throws UncheckedIOException if the value of another run cannot be closed
     */
    public static <T extends Closeable> T get(Class<T> kind, Object run, Supplier<T> maker) {
        synchronized (KEPT) {
            if (ENDED.contains(run)) {
                throw new IllegalStateException("run " + run + " has ended: its tasks have nothing left to do");
            }
            var kept = KEPT.get(kind);
            if (kept == null || !kept.run().equals(run)) {
                KEPT.remove(kind);
                close(kept);
                kept = new Kept(run, maker.get());
                KEPT.put(kind, kept);
            }
            return kind.cast(kept.value());
        }
    }

    /**
     * Closes what this JVM keeps for a run, of every kind, for good.
     *
     * @throws UncheckedIOException if a value cannot be closed
     */
    public static void close(Object run) {
        synchronized (KEPT) {
            ENDED.add(run);
            if (ENDED.size() > ENDED_RUNS) {
                ENDED.remove(ENDED.iterator().next());
            }
            var values = KEPT.values().iterator();
            while (values.hasNext()) {
                var kept = values.next();
                if (kept.run().equals(run)) {
                    values.remove();
                    close(kept);
                }
            }
        }
    }

    private static void close(Kept kept) {
        if (kept == null) {
            return;
        }
        try {
            kept.value().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
