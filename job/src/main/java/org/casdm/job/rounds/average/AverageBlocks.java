package org.casdm.job.rounds.average;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.IncomingBlock;
import org.casdm.job.rounds.exchange.Moved;
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
 * The averaging task: takes its share of the blocks from all workers, or from all groups of workers, averages them, lets
 * the outer optimizer take its step, and exposes the results to the driver and to the next round's workers. There are as
 * many tasks as workers, each where a worker was: of that one it reads the memory itself.
 *
 * <p>The mean of a group is taken by the same task, without the outer optimizer, each group by as many as it has workers.
 *
 * <p>Of each version two blocks are held, the one that is averaged and the next.
 */
public final class AverageBlocks implements Function2<Integer, Iterator<Integer>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;

    private final UUID run;
    private final long round;
    private final RoundPlan plan;
    private final BlockLayout layout;
    private final StateSources sources;
    private final List<List<Version>> versions;
    private final WorkerGroups groups;
    private final boolean last;
    private transient BlockMean mean;
    private transient Float16Differences differences;

    private AverageBlocks(
            UUID run,
            long round,
            RoundPlan plan,
            BlockLayout layout,
            StateSources sources,
            List<List<Version>> versions,
            WorkerGroups groups,
            boolean last) {
        this.run = run;
        this.round = round;
        this.plan = plan;
        this.layout = layout;
        this.sources = sources;
        this.versions = List.copyOf(versions);
        this.groups = groups;
        this.last = last;
    }

    /**
     * Takes the average of a round.
     *
     * @param round    names what it belongs to
     * @param plan     of the round
     * @param sources  what the workers started from
     * @param versions of the state, in the order in which they are added
     * @param workers  W
     */
    public static AverageBlocks ofAll(
            UUID run,
            long round,
            RoundPlan plan,
            BlockLayout layout,
            StateSources sources,
            List<Version> versions,
            int workers) {
        return new AverageBlocks(
                run, round, plan, layout, sources, List.of(versions), new WorkerGroups(workers, workers), true);
    }

    /**
     * Takes the means of groups.
     *
     * @param workers in their order
     */
    public static AverageBlocks ofGroups(
            UUID run,
            long round,
            RoundPlan plan,
            BlockLayout layout,
            StateSources sources,
            List<Version> workers,
            WorkerGroups groups) {
        var versions = IntStream.range(0, groups.count())
                .mapToObj(group -> List.copyOf(workers.subList(groups.first(group), groups.end(group))))
                .toList();
        return new AverageBlocks(run, round, plan, layout, sources, versions, groups, false);
    }

    @Override
    public Iterator<byte[]> call(Integer task, Iterator<Integer> ignored) throws IOException {
        var exchange = StateExchange.ofRun(run);
        // Every worker has read the averages of the round before; the outer optimizer needs them once more.
        exchange.withdraw(name -> RoundNames.isOlderCopy(name, round)
                || last && RoundNames.isOlderAverage(name, round) && !(hasOuter() && sources.has(name)));
        var shares = Stream.of(Section.PARAMETERS, Section.UPDATER)
                .filter(section -> section == Section.PARAMETERS || plan.moments())
                .map(section -> layout.range(section).share(groups.member(task), groups.sizeOf(task)))
                .toList();
        var results = new TreeMap<Integer, NativeBlocks.Block>();
        Runnable giveBack = () -> results.values().forEach(exchange.blocks()::give);
        final Moved fetched;
        try {
            fetched = average(
                    exchange,
                    versions.get(groups.group(task)),
                    shares.stream().flatMapToInt(Range::indices).toArray(),
                    results);
        } catch (StateLost e) {
            giveBack.run();
            return List.of(TaskResults.encode(AverageResult.lost(e.place, e.getMessage())))
                    .iterator();
        }
        long attempt = TaskContext.get().taskAttemptId();
        var name = last ? RoundNames.average(round, task, attempt) : RoundNames.group(round, task, attempt);
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
        return last && !plan.outer().isNone();
    }

    /** The blocks of momentum of a range of parameters. */
    private Range besides(Range parameters) {
        return new Range(
                layout.beside(Section.MOMENTUM, parameters.first()), layout.beside(Section.MOMENTUM, parameters.end()));
    }

    /**
     * Fills the results.
     *
     * @return what came from other JVMs
     */
    private Moved average(
            StateExchange exchange, List<Version> from, int[] blocks, TreeMap<Integer, NativeBlocks.Block> results)
            throws StateLost, IOException {
        mean = new BlockMean();
        differences = new Float16Differences();
        Moved moved = Moved.NONE;
        Gathering next = blocks.length > 0 ? new Gathering(exchange, from, blocks[0]) : null;
        try {
            for (int i = 0; i < blocks.length; i++) {
                try (Gathering current = next) {
                    next = null;
                    next = i + 1 < blocks.length ? new Gathering(exchange, from, blocks[i + 1]) : null;
                    compute(exchange, blocks[i], current, results);
                    moved = moved.plus(current.fetched());
                }
            }
            return moved;
        } finally {
            if (next != null) {
                next.close();
            }
        }
    }

    private void compute(
            StateExchange exchange, int block, Gathering gathering, TreeMap<Integer, NativeBlocks.Block> results)
            throws StateLost, IOException {
        List<ByteBuffer> gathered = gathering.versions();
        int[] weights = gathering.weights();
        if (!plan.float16() || layout.block(block).section() != Section.PARAMETERS) {
            var average = take(exchange, block, results);
            mean.compute(gathered, weights, average);
            if (gathering.isForOuter()) {
                outerStep(exchange, block, average, gathering.start(block), gathering, results);
            }
            return;
        }
        int length = layout.block(block).byteCount();
        try (var scratch = new Scratch(exchange.blocks())) {
            var decoded = new ArrayList<ByteBuffer>();
            for (ByteBuffer version : gathered) {
                decoded.add(scratch.take(length));
                differences.decode(version, decoded.get(decoded.size() - 1));
            }
            var average = scratch.take(length);
            mean.compute(decoded, weights, average);
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

    /** A version could not be read. */
    private static final class StateLost extends Exception {

        private static final long serialVersionUID = 1L;

        private final BlockPlace place;

        StateLost(BlockPlace place, Throwable cause) {
            super(TaskResults.brief(cause), cause);
            this.place = place;
        }
    }

    /** All versions of a block, and for the outer optimizer what the round started from. */
    private final class Gathering implements AutoCloseable {

        private final StateExchange exchange;
        private final List<Version> from;
        private final int block;
        private final List<IncomingBlock> versions = new ArrayList<>();
        private final TreeMap<Integer, IncomingBlock> starts = new TreeMap<>();
        private Moved lost = Moved.NONE;

        Gathering(StateExchange exchange, List<Version> from, int block) {
            this.exchange = exchange;
            this.from = from;
            this.block = block;
            for (Version version : from) {
                versions.add(
                        new IncomingBlock(exchange, version.place(block), block, layout.bytes(block, plan.float16())));
            }
            if (hasOuter() && layout.block(block).section() == Section.PARAMETERS) {
                int momentum = layout.beside(Section.MOMENTUM, block);
                starts.put(momentum, ofStart(sources.numbers(exchange, momentum, layout), momentum));
                if (!plan.float16()) {
                    starts.put(block, ofStart(sources.numbers(exchange, block, layout), block));
                }
            }
        }

        private IncomingBlock ofStart(BlockPlace place, int index) {
            return new IncomingBlock(exchange, place, index, layout.block(index).byteCount());
        }

        /** In their order, when all are here. */
        List<ByteBuffer> versions() throws StateLost {
            var bytes = new ArrayList<ByteBuffer>();
            for (int version = 0; version < versions.size(); version++) {
                try {
                    bytes.add(versions.get(version).bytes());
                } catch (IOException e) {
                    throw new StateLost(from.get(version).place(block), e);
                }
            }
            return bytes;
        }

        int[] weights() {
            return from.stream().mapToInt(Version::workers).toArray();
        }

        boolean isForOuter() {
            return !starts.isEmpty();
        }

        /** A block of the round's start; the driver's where the executor that averaged it does not give it. */
        ByteBuffer start(int index) throws IOException {
            try {
                return starts.get(index).bytesAtOnce();
            } catch (IOException e) {
                var failed = starts.put(index, ofStart(sources.driver(), index));
                lost = lost.plus(failed.fetched());
                failed.close();
                return starts.get(index).bytes();
            }
        }

        Moved fetched() {
            return Stream.concat(versions.stream(), starts.values().stream())
                    .map(IncomingBlock::fetched)
                    .reduce(lost, Moved::plus);
        }

        @Override
        public void close() {
            versions.forEach(IncomingBlock::close);
            starts.values().forEach(IncomingBlock::close);
        }
    }
}
