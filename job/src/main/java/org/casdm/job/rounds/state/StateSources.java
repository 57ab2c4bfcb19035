package org.casdm.job.rounds.state;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.StateExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a round's starting state is: all of it with the driver; its blocks also with the executors that averaged them
 * in the round before, who spare the driver from sending it to every worker.
 *
 * @param driver   has every block
 * @param averages have the blocks between them, or are none
 */
public record StateSources(BlockPlace driver, List<BlockPlace> averages) implements Serializable {

    private static final Logger LOG = LoggerFactory.getLogger(StateSources.class);

    /** Blocks that are on their way at once. */
    private static final int WINDOW = 16;

    public StateSources {
        averages = List.copyOf(averages);
    }

    /** Without the averages: after they have been lost or overwritten. */
    public StateSources driverOnly() {
        return new StateSources(driver, List.of());
    }

    /**
     * Fills a worker's state. Returns, or throws, only when nothing is on its way any more.
     *
     * @return bytes that came from other JVMs
     * @throws IllegalStateException if a block cannot be had
     */
    public long load(StateExchange exchange, GraphState state, int worker, int workers) {
        int blocks = state.layout().blockCount();
        // Every worker begins elsewhere, so that not all of them ask the same source.
        int first = (int) ((long) worker * blocks / workers);
        var pending = new ArrayDeque<Pending>();
        long bytes = 0;
        RuntimeException failure = null;
        for (int i = 0; i < blocks && failure == null; i++) {
            int block = (first + i) % blocks;
            BlockPlace place = place(block);
            if (!exchange.isHere(place)) {
                bytes += state.layout().block(block).byteCount();
            }
            pending.add(new Pending(block, place, exchange.fetch(place, block, state.block(block))));
            if (pending.size() == WINDOW) {
                failure = finish(pending.poll(), exchange, state);
            }
        }
        while (!pending.isEmpty()) {
            RuntimeException another = finish(pending.poll(), exchange, state);
            failure = failure == null ? another : failure;
        }
        if (failure != null) {
            throw failure;
        }
        return bytes;
    }

    private record Pending(int block, BlockPlace place, CompletableFuture<Void> done) {}

    private BlockPlace place(int block) {
        return averages.stream()
                .filter(place -> place.first() <= block && block < place.end())
                .findFirst()
                .orElse(driver);
    }

    /** Waits for a block; asks the driver if the executor that averaged it does not give it. */
    private RuntimeException finish(Pending pending, StateExchange exchange, GraphState state) {
        BlockPlace place = pending.place();
        CompletableFuture<Void> done = pending.done();
        while (true) {
            try {
                done.join();
                return null;
            } catch (CompletionException e) {
                if (place == driver) {
                    return new IllegalStateException(
                            "block " + pending.block() + " of the round's state cannot be" + " read from the driver at "
                                    + place.address() + ": " + e.getCause(),
                            e.getCause());
                }
                LOG.info(
                        "block {} is read from the driver, as {} does not give it: {}",
                        pending.block(),
                        place.address(),
                        e.getCause().toString());
                place = driver;
                done = exchange.fetch(place, pending.block(), state.block(pending.block()));
            }
        }
    }
}
