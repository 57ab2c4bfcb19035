package org.casdm.job.rounds.average;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.IncomingBlock;
import org.casdm.job.rounds.exchange.NativeBlocks;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.BlockLayout;
import org.casdm.job.rounds.state.BlockLayout.Range;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.casdm.job.rounds.state.BlockMean;
import org.casdm.job.rounds.state.Float16Differences;
import org.casdm.job.rounds.state.RoundNames;
import org.casdm.job.rounds.state.StateSources;

/**
 * The averaging task: takes its share of the blocks from all workers, averages them, lets the outer optimizer take its
 * step, and exposes the results to the driver and to the next round's workers. There are as many tasks as workers, each
 * where a worker was: of that one it reads the memory itself.
 *
 * <p>Of each worker two blocks are held, the one that is averaged and the next.
 */
public final class AverageBlocks implements Function2<Integer, Iterator<Integer>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;

    private final UUID run;
    private final long round;
    private final RoundPlan plan;
    private final BlockLayout layout;
    private final StateSources sources;
    private final List<BlockPlace> workers;
    private transient BlockMean mean;
    private transient Float16Differences differences;

    /**
     * @param round   names what it belongs to
     * @param plan    of the round
     * @param sources what the workers started from
     * @param workers where their states are, in the order of the workers
     */
    public AverageBlocks(
            UUID run, long round, RoundPlan plan, BlockLayout layout, StateSources sources, List<BlockPlace> workers) {
        this.run = run;
        this.round = round;
        this.plan = plan;
        this.layout = layout;
        this.sources = sources;
        this.workers = List.copyOf(workers);
    }

    @Override
    public Iterator<byte[]> call(Integer task, Iterator<Integer> ignored) throws IOException {
        var exchange = StateExchange.ofRun(run);
        // Every worker has read the averages of the round before; the outer optimizer needs them once more.
        exchange.withdraw(name -> RoundNames.isOlderAverage(name, round) && !(hasOuter() && sources.has(name)));
        var shares = Stream.of(Section.PARAMETERS, Section.UPDATER)
                .filter(section -> section == Section.PARAMETERS || plan.moments())
                .map(section -> layout.range(section).share(task, workers.size()))
                .toList();
        var results = new TreeMap<Integer, NativeBlocks.Block>();
        Runnable giveBack = () -> results.values().forEach(exchange.blocks()::give);
        final long fetched;
        try {
            fetched = average(
                    exchange, shares.stream().flatMapToInt(Range::indices).toArray(), results);
        } catch (WorkerLost e) {
            giveBack.run();
            return List.of(TaskResults.encode(AverageResult.lost(e.worker, e.getMessage())))
                    .iterator();
        }
        var name = RoundNames.average(round, task, TaskContext.get().taskAttemptId());
        exchange.expose(
                name,
                block -> {
                    var result = results.get(block);
                    if (result == null) {
                        throw new IndexOutOfBoundsException("block " + block + " is not in " + name);
                    }
                    return result.bytes();
                },
                giveBack);
        var places = Stream.concat(shares.stream(), hasOuter() ? Stream.of(besides(shares.get(0))) : Stream.empty())
                .filter(range -> range.first() < range.end())
                .map(range -> new BlockPlace(exchange.address(), name, range.first(), range.end()))
                .toList();
        return List.of(TaskResults.encode(AverageResult.of(places, fetched))).iterator();
    }

    private boolean hasOuter() {
        return !plan.outer().isNone();
    }

    /** The blocks of momentum of a range of parameters. */
    private Range besides(Range parameters) {
        return new Range(
                layout.beside(Section.MOMENTUM, parameters.first()), layout.beside(Section.MOMENTUM, parameters.end()));
    }

    /**
     * Fills the results.
     *
     * @return bytes that came from other JVMs
     */
    private long average(StateExchange exchange, int[] blocks, TreeMap<Integer, NativeBlocks.Block> results)
            throws WorkerLost, IOException {
        mean = new BlockMean();
        differences = new Float16Differences();
        long bytes = 0;
        Gathering next = blocks.length > 0 ? new Gathering(exchange, blocks[0]) : null;
        try {
            for (int i = 0; i < blocks.length; i++) {
                try (Gathering current = next) {
                    next = null;
                    next = i + 1 < blocks.length ? new Gathering(exchange, blocks[i + 1]) : null;
                    compute(exchange, blocks[i], current, results);
                    bytes += current.fetchedBytes();
                }
            }
            return bytes;
        } finally {
            if (next != null) {
                next.close();
            }
        }
    }

    private void compute(
            StateExchange exchange, int block, Gathering gathering, TreeMap<Integer, NativeBlocks.Block> results)
            throws WorkerLost, IOException {
        List<ByteBuffer> versions = gathering.versions();
        if (!plan.float16() || layout.block(block).section() != Section.PARAMETERS) {
            var average = take(exchange, block, results);
            mean.compute(versions, average);
            if (gathering.isForOuter()) {
                outerStep(exchange, block, average, gathering.start(block), gathering, results);
            }
            return;
        }
        int length = layout.block(block).byteCount();
        try (var scratch = new Scratch(exchange.blocks())) {
            var decoded = new ArrayList<ByteBuffer>();
            for (ByteBuffer version : versions) {
                decoded.add(scratch.take(length));
                differences.decode(version, decoded.get(decoded.size() - 1));
            }
            var average = scratch.take(length);
            mean.compute(decoded, average);
            if (gathering.isForOuter()) {
                outerStep(exchange, block, average, scratch.zeros(length), gathering, results);
            }
            differences.encode(average, take(exchange, block, results));
        }
    }

    private void outerStep(
            StateExchange exchange,
            int block,
            ByteBuffer average,
            ByteBuffer from,
            Gathering gathering,
            TreeMap<Integer, NativeBlocks.Block> results)
            throws IOException {
        int momentum = layout.beside(Section.MOMENTUM, block);
        plan.outer().step(average, from, gathering.start(momentum), take(exchange, momentum, results));
    }

    private ByteBuffer take(StateExchange exchange, int block, TreeMap<Integer, NativeBlocks.Block> results) {
        var taken = exchange.blocks().take(layout.bytes(block, plan.float16()));
        results.put(block, taken);
        return taken.bytes();
    }

    /** Memory that is given back at the end. */
    private record Scratch(NativeBlocks owner, List<NativeBlocks.Block> taken) implements AutoCloseable {

        Scratch(NativeBlocks owner) {
            this(owner, new ArrayList<>());
        }

        ByteBuffer take(int bytes) {
            taken.add(owner.take(bytes));
            return taken.get(taken.size() - 1).bytes();
        }

        ByteBuffer zeros(int bytes) {
            var zeros = take(bytes);
            for (int i = 0; i < bytes; i += Float.BYTES) {
                zeros.putFloat(i, 0);
            }
            return zeros;
        }

        @Override
        public void close() {
            taken.forEach(owner::give);
        }
    }

    /** A worker's state could not be read. */
    private static final class WorkerLost extends Exception {

        private static final long serialVersionUID = 1L;

        private final int worker;

        WorkerLost(int worker, Throwable cause) {
            super(TaskResults.brief(cause), cause);
            this.worker = worker;
        }
    }

    /** All workers' versions of a block, and for the outer optimizer what the round started from. */
    private final class Gathering implements AutoCloseable {

        private final StateExchange exchange;
        private final List<IncomingBlock> versions = new ArrayList<>();
        private final TreeMap<Integer, IncomingBlock> starts = new TreeMap<>();
        private long lostBytes;

        Gathering(StateExchange exchange, int block) {
            this.exchange = exchange;
            for (BlockPlace worker : workers) {
                versions.add(new IncomingBlock(exchange, worker, block, layout.bytes(block, plan.float16())));
            }
            if (hasOuter() && layout.block(block).section() == Section.PARAMETERS) {
                int momentum = layout.beside(Section.MOMENTUM, block);
                starts.put(momentum, ofStart(sources.numbers(momentum, layout), momentum));
                if (!plan.float16()) {
                    starts.put(block, ofStart(sources.numbers(block, layout), block));
                }
            }
        }

        private IncomingBlock ofStart(BlockPlace place, int block) {
            return new IncomingBlock(exchange, place, block, layout.block(block).byteCount());
        }

        /** In the order of the workers, when all are here. */
        List<ByteBuffer> versions() throws WorkerLost {
            var bytes = new ArrayList<ByteBuffer>();
            for (int worker = 0; worker < versions.size(); worker++) {
                try {
                    bytes.add(versions.get(worker).bytes());
                } catch (IOException e) {
                    throw new WorkerLost(worker, e);
                }
            }
            return bytes;
        }

        boolean isForOuter() {
            return !starts.isEmpty();
        }

        /** A block of the round's start; the driver's where the executor that averaged it does not give it. */
        ByteBuffer start(int block) throws IOException {
            try {
                return starts.get(block).bytes();
            } catch (IOException e) {
                var lost = starts.put(block, ofStart(sources.driver(), block));
                lostBytes += lost.fetchedBytes();
                lost.close();
                return starts.get(block).bytes();
            }
        }

        long fetchedBytes() {
            return lostBytes
                    + Stream.concat(versions.stream(), starts.values().stream())
                            .mapToLong(IncomingBlock::fetchedBytes)
                            .sum();
        }

        @Override
        public void close() {
            versions.forEach(IncomingBlock::close);
            starts.values().forEach(IncomingBlock::close);
        }
    }
}
