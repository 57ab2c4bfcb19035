package org.casdm.job.rounds.state;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.IncomingBlock;
import org.casdm.job.rounds.exchange.IncomingBlocks;
import org.casdm.job.rounds.exchange.Moved;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workers have kept from the round before.
 *
 * @param places  where it is, in the order of the workers; none if all workers start from the averages alone
 * @param moments whether it has the states of their updaters
 * @param float16 whether it has the round's start and rounding errors, and the averages are float16 differences to it
 */
public record KeptState(List<BlockPlace> places, boolean moments, boolean float16) implements Serializable {

    /** Nothing is kept. */
    public static final KeptState NONE = new KeptState(List.of(), false, false);

    /** A worker has its own moments. */
    public static final int OWN = -1;

    private static final Logger LOG = LoggerFactory.getLogger(KeptState.class);

    public KeptState {
        places = List.copyOf(places);
    }

    public boolean isNone() {
        return places.isEmpty();
    }

    /** Whether something here is exposed under that name. */
    public boolean has(String name) {
        return places.stream().anyMatch(place -> place.name().equals(name));
    }

    /**
     * What has been loaded.
     *
     * @param moved     what came from other JVMs
     * @param momentsOf of how many other workers the moments are the mean, or {@link #OWN}
     */
    public record Loaded(Moved moved, int momentsOf) {}

    /** The rounding errors of a worker: a section of that name, zeros if they are lost. */
    public static final class Errors implements AutoCloseable {

        private final Moved moved;
        private final boolean lost;
        private StateCopy errors;

        private Errors(StateCopy errors, Moved moved, boolean lost) {
            this.errors = errors;
            this.moved = moved;
            this.lost = lost;
        }

        /** The errors; theirs is the memory still. */
        public StateCopy errors() {
            return errors;
        }

        /** The errors, whose memory is the caller's from now on. */
        public StateCopy take() {
            var taken = errors;
            errors = null;
            return taken;
        }

        /** What came from other JVMs. */
        public Moved moved() {
            return moved;
        }

        /** Whether those of the round before are lost. */
        public boolean lost() {
            return lost;
        }

        @Override
        public void close() {
            if (errors != null) {
                take().close();
            }
        }
    }

    /** The worker's start of the round before, if it is in this JVM. */
    boolean hasStart(StateExchange exchange, int worker) {
        return float16 && exchange.isHere(places.get(worker)) && exchange.exposes(places.get(worker));
    }

    /**
     * Turns float16 averages into the worker's parameters. Its start has to be here.
     *
     * @return what came from other JVMs
     * @throws IOException if a block cannot be read
     */
    Moved add(StateExchange exchange, GraphState state, int worker, IntStream blocks, IntFunction<BlockPlace> averages)
            throws IOException {
        var layout = state.layout();
        var differences = new Float16Differences();
        return IncomingBlocks.read(
                blocks,
                block -> new IncomingBlock(exchange, averages.apply(block), block, layout.bytes(block, true)),
                (block, encoded) -> {
                    try (var start = exchange.lease(places.get(worker), layout.beside(Section.START, block))) {
                        differences.add(encoded, start.bytes(), state.block(block));
                    }
                });
    }

    /** Reads the worker's rounding errors into memory of this JVM. */
    public Errors errors(StateExchange exchange, BlockLayout layout, int worker) {
        var errors = StateCopy.room(layout, exchange.blocks(), Section.ROUNDING_ERROR);
        if (float16) {
            try {
                return new Errors(
                        errors,
                        fetch(exchange, layout, places.get(worker), Section.ROUNDING_ERROR, errors::block),
                        false);
            } catch (IOException e) {
                LOG.info("the rounding errors of worker {} are lost: {}", worker, TaskResults.brief(e));
            }
        }
        layout.range(Section.ROUNDING_ERROR).indices().forEach(index -> clear(errors.block(index)));
        return new Errors(errors, Moved.NONE, float16);
    }

    private static void clear(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            bytes.putFloat(0);
        }
    }

    /**
     * Fills the updater's blocks of a worker with its own moments; if they are lost, with the mean of those of the other
     * workers that can be read. If none can, {@code momentsOf} is 0 and the blocks are of any content.
     */
    Loaded load(StateExchange exchange, GraphState state, int worker) {
        BlockPlace own = places.get(worker);
        try {
            return new Loaded(fetch(exchange, state.layout(), own, Section.UPDATER, state::block), OWN);
        } catch (IOException e) {
            LOG.info("the moments of worker {} are lost: {}", worker, TaskResults.brief(e));
        }
        var others =
                new ArrayList<>(places.stream().filter(place -> place != own).toList());
        while (!others.isEmpty()) {
            var lost = new ArrayList<BlockPlace>();
            Moved moved = mean(exchange, state, others, lost);
            if (lost.isEmpty()) {
                return new Loaded(moved, others.size());
            }
            others.removeAll(lost);
        }
        return new Loaded(Moved.NONE, 0);
    }

    private static Moved fetch(
            StateExchange exchange,
            BlockLayout layout,
            BlockPlace place,
            Section section,
            IntFunction<ByteBuffer> target)
            throws IOException {
        if (exchange.isHere(place) && !exchange.exposes(place)) {
            throw new IOException(place.name() + " is not in this JVM");
        }
        return IncomingBlocks.read(
                layout.range(section).indices(),
                block -> new IncomingBlock(
                        exchange, place, block, layout.block(block).byteCount()),
                (block, bytes) -> target.apply(block).put(bytes));
    }

    private static Moved mean(StateExchange exchange, GraphState state, List<BlockPlace> from, List<BlockPlace> lost) {
        var mean = new BlockMean();
        Moved moved = Moved.NONE;
        for (int block : state.layout().range(Section.UPDATER).indices().toArray()) {
            int length = state.layout().block(block).byteCount();
            var incoming = from.stream()
                    .map(place -> new IncomingBlock(exchange, place, block, length))
                    .toList();
            try {
                var versions = new ArrayList<ByteBuffer>();
                for (int i = 0; i < from.size(); i++) {
                    try {
                        versions.add(incoming.get(i).bytes());
                    } catch (IOException e) {
                        lost.add(from.get(i));
                    }
                }
                if (!lost.isEmpty()) {
                    return Moved.NONE;
                }
                mean.compute(versions, state.block(block));
                moved = incoming.stream().map(IncomingBlock::fetched).reduce(moved, Moved::plus);
            } finally {
                incoming.forEach(IncomingBlock::close);
            }
        }
        return moved;
    }
}
