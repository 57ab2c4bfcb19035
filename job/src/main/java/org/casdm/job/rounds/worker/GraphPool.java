package org.casdm.job.rounds.worker;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.casdm.engine.Computer;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.rounds.exchange.BlockMemory;
import org.casdm.job.rounds.exchange.Exposure;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.casdm.job.rounds.state.GraphState;
import org.casdm.job.rounds.state.StateCopy;

/**
 * The graphs of a run that this JVM keeps between rounds, so that they are built once and not for each task. A graph's numbers
 * always come from the round's start: which slot a task gets, or whether it is a new one, does not matter.
 *
 * <p>Bounded: graphs are kept of one configuration only, and never more than the run has workers; since a task holds one
 * graph while it runs, there are never more than concurrent tasks. The graphs of a run are freed as {@link ExecutorLocal}
 * says.
 */
public final class GraphPool implements Closeable {

    private final Deque<GraphSlot> idle = new ArrayDeque<>();
    /** Slots that are still freeing their memory, or have lately done so. */
    private final List<GraphSlot> closing = new ArrayList<>();

    private final List<Exposed> exposed = new ArrayList<>();
    /** Null until the first task comes. */
    private GraphKey current;

    private boolean closed;

    /** A graph whose state others read. */
    private record Exposed(
            GraphSlot slot,
            GraphState state,
            StateCopy beside,
            StateExchange exchange,
            String name,
            Exposure exposure) {}

    /** The graphs that this JVM keeps for a run. */
    static GraphPool ofRun(UUID run) {
        return ExecutorLocal.get(GraphPool.class, run, GraphPool::new);
    }

    /**
     * Takes an idle slot for the key, or one whose task is over, its state being copied elsewhere for those who have
     * yet to read it; or makes one. So there are never more graphs than tasks at once, be there more workers than that.
     * The caller gives it back by {@link #release} or {@link #expose}. A new one waits until those that are being closed
     * have freed their memory: what a killed task held would else be missing for its repetition.
     */
    GraphSlot acquire(GraphKey key, Computer computer) throws InterruptedException {
        var known = find(key);
        if (known.isPresent()) {
            return known.get();
        }
        for (GraphSlot slot : closing()) {
            slot.awaitClosed();
        }
        return new GraphSlot(key, computer);
    }

    private synchronized List<GraphSlot> closing() {
        var slots = List.copyOf(closing);
        closing.clear();
        return slots;
    }

    private synchronized Optional<GraphSlot> find(GraphKey key) {
        if (current == null || !current.sameModel(key)) {
            closeIdle();
            current = key;
        }
        var candidates = idle.iterator();
        while (candidates.hasNext()) {
            GraphSlot slot = candidates.next();
            if (slot.key().equals(key)) {
                candidates.remove();
                return Optional.of(slot);
            }
        }
        for (Exposed candidate : List.copyOf(exposed)) {
            if (candidate.slot().key().equals(key) && copyElsewhere(candidate, Section.PARAMETERS, Section.UPDATER)) {
                exposed.remove(candidate);
                return Optional.of(candidate.slot());
            }
        }
        return Optional.empty();
    }

    private static boolean copyElsewhere(Exposed graph, Section... sections) {
        var layout = graph.state().layout();
        var needed = Stream.of(sections)
                .filter(section -> !graph.beside().has(layout.range(section).first()))
                .toArray(Section[]::new);
        var copy = StateCopy.of(graph.state(), graph.exchange().blocks(), needed);
        var whole = graph.beside().with(copy);
        boolean replaced = graph.exposure().replace(whole::block, whole::close);
        if (!replaced) {
            copy.close();
        }
        return replaced;
    }

    /**
     * Exposes the state in a slot's graph. The slot is released when it is withdrawn and no longer read.
     *
     * @param beside blocks that take the place of the graph's, and others; closed with the exposure
     * @param limit as for {@link #release}
     */
    synchronized void expose(
            GraphSlot slot, GraphState state, StateCopy beside, StateExchange exchange, String name, int limit) {
        BlockMemory memory = index -> beside.has(index) ? beside.block(index) : state.block(index);
        Exposure exposure = exchange.expose(name, memory, () -> {
            beside.close();
            synchronized (this) {
                exposed.removeIf(graph -> graph.slot() == slot);
                release(slot, limit);
            }
        });
        exposed.add(new Exposed(slot, state, beside, exchange, name, exposure));
        trim(limit);
    }

    /**
     * Gives a slot back; when there are too many, the one that was longest idle goes.
     *
     * @param limit how many slots to keep at most, the exposed ones among them
     */
    synchronized void release(GraphSlot slot, int limit) {
        if (closed || !slot.reusable() || !slot.key().sameModel(current)) {
            close(slot);
            return;
        }
        idle.addFirst(slot);
        trim(limit);
    }

    private void trim(int limit) {
        while (!idle.isEmpty() && idle.size() + exposed.size() > limit) {
            close(idle.removeLast());
        }
    }

    /** Frees the graphs. Those that tasks still hold are freed when they are given back. */
    @Override
    public synchronized void close() {
        closed = true;
        closeIdle();
    }

    /** Number of slots kept for later use. */
    synchronized int idleCount() {
        return idle.size();
    }

    /**
     * Withdraws states that {@link #expose} exposed, by their names. Together with giving their graphs back: a task
     * that begins at the same moment finds them, and builds no others.
     */
    synchronized void withdraw(StateExchange exchange, Predicate<String> names) {
        exchange.withdraw(names);
    }

    /**
     * Gives graphs back whose parameters are not needed any more: copies of what is are exposed in their place.
     *
     * @param names   of the states
     * @param moments whether the updater's part is needed
     * @param limit as for {@link #release}
     */
    synchronized void keep(Predicate<String> names, boolean moments, int limit) {
        for (Exposed graph : List.copyOf(exposed)) {
            if (names.test(graph.name())
                    && copyElsewhere(graph, moments ? new Section[] {Section.UPDATER} : new Section[0])) {
                exposed.remove(graph);
                release(graph.slot(), limit);
            }
        }
    }

    /** Number of slots whose states are exposed. */
    synchronized int exposedCount() {
        return exposed.size();
    }

    private void closeIdle() {
        idle.forEach(this::close);
        idle.clear();
    }

    private void close(GraphSlot slot) {
        slot.close();
        closing.removeIf(GraphSlot::isClosed);
        closing.add(slot);
    }
}
