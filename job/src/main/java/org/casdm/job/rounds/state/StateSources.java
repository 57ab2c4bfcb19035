package org.casdm.job.rounds.state;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.Moved;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.BlockLayout.Range;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a round's starting state is: all of it with the driver; its blocks also with the executors that averaged them
 * in the round before, who spare the driver from sending it to every worker.
 *
 * @param driver   has every block
 * @param averages have the blocks between them, or are none; of a block that several have, the nearest is read, and of
 *                 equally near ones the first
 * @param kept     what is not averaged
 */
public record StateSources(BlockPlace driver, List<BlockPlace> averages, KeptState kept) implements Serializable {

    private static final Logger LOG = LoggerFactory.getLogger(StateSources.class);

    /** Blocks that are on their way at once. */
    private static final int WINDOW = 16;

    public StateSources {
        averages = List.copyOf(averages);
    }

    /** Without the averages: after they have been lost or overwritten. */
    public StateSources driverOnly() {
        return new StateSources(driver, List.of(), kept);
    }

    /** Whether averages are exposed under that name. */
    public boolean has(String name) {
        return averages.stream().anyMatch(place -> place.name().equals(name));
    }

    /**
     * Fills a worker's state. Returns, or throws, only when nothing is on its way any more.
     *
     * @return what has been loaded
     * @throws IllegalStateException if a block cannot be had
     */
    public KeptState.Loaded load(StateExchange exchange, GraphState state, int worker, int workers) {
        var parameters = state.layout().range(Section.PARAMETERS);
        var updater = state.layout().range(Section.UPDATER);
        Moved moved = kept.float16()
                ? loadDifferences(exchange, state, parameters, worker, workers)
                : load(exchange, state, parameters, worker, workers);
        if (kept.moments()) {
            var moments = kept.load(exchange, state, worker);
            if (moments.momentsOf() != 0) {
                return new KeptState.Loaded(moved.plus(moments.moved()), moments.momentsOf());
            }
            return new KeptState.Loaded(moved.plus(load(exchange, state, updater, worker, workers)), 0);
        }
        return new KeptState.Loaded(moved.plus(load(exchange, state, updater, worker, workers)), KeptState.OWN);
    }

    /** Parameters as the worker's last start and the float16 average; the driver has them as they are. */
    private Moved loadDifferences(StateExchange exchange, GraphState state, Range parameters, int worker, int workers) {
        if (kept.hasStart(exchange, worker) && !averages.isEmpty()) {
            try {
                return kept.add(
                        exchange, state, worker, turned(parameters, worker, workers), block -> place(exchange, block));
            } catch (IOException e) {
                LOG.info("the parameters of worker {} are read from the driver: {}", worker, TaskResults.brief(e));
            }
        }
        return driverOnly().load(exchange, state, parameters, worker, workers);
    }

    /** Every worker begins elsewhere, so that not all of them ask the same source. */
    private static IntStream turned(Range range, int worker, int workers) {
        int count = range.end() - range.first();
        int first = (int) ((long) worker * count / workers);
        return IntStream.range(0, count).map(i -> range.first() + (first + i) % count);
    }

    private Moved load(StateExchange exchange, GraphState state, Range range, int worker, int workers) {
        var pending = new ArrayDeque<Pending>();
        Moved moved = Moved.NONE;
        RuntimeException failure = null;
        for (int block : turned(range, worker, workers).toArray()) {
            if (failure != null) {
                break;
            }
            BlockPlace place = place(exchange, block);
            moved = moved.plus(exchange.moved(place, state.layout().block(block).byteCount()));
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
        return moved;
    }

    private record Pending(int block, BlockPlace place, CompletableFuture<Void> done) {}

    /** Where a block is as float32. */
    public BlockPlace numbers(StateExchange exchange, int block, BlockLayout layout) {
        return kept.float16() && layout.range(Section.PARAMETERS).contains(block) ? driver : place(exchange, block);
    }

    /** Where a block is. */
    private BlockPlace place(StateExchange exchange, int block) {
        return averages.stream()
                .filter(place -> place.contains(block))
                .min(Comparator.comparing((BlockPlace place) -> !exchange.isHere(place))
                        .thenComparing(place -> !exchange.isOnHost(place)))
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
