package org.casdm.job.rounds.average;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.IncomingBlock;
import org.casdm.job.rounds.exchange.IncomingBlocks;
import org.casdm.job.rounds.exchange.Moved;
import org.casdm.job.rounds.exchange.NativeBlocks;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.BlockLayout;
import org.casdm.job.rounds.state.BlockLayout.Range;
import org.casdm.job.rounds.state.RoundNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task after averaging with groups: brings a group's share of the averages of other hosts to its own, where the
 * group's workers read them in the next round. There are as many tasks as workers.
 *
 * <p>What cannot be read is left out: workers take it from elsewhere.
 */
public final class CopyAverages implements Function2<Integer, Iterator<Integer>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(CopyAverages.class);

    private final UUID run;
    private final long round;
    private final RoundPlan plan;
    private final BlockLayout layout;
    private final List<BlockPlace> averages;
    private final WorkerGroups groups;

    /**
     * @param round    names what it belongs to
     * @param plan     of the round
     * @param averages where they are
     * @param groups   of the workers
     */
    public CopyAverages(
            UUID run, long round, RoundPlan plan, BlockLayout layout, List<BlockPlace> averages, WorkerGroups groups) {
        this.run = run;
        this.round = round;
        this.plan = plan;
        this.layout = layout;
        this.averages = List.copyOf(averages);
        this.groups = groups;
    }

    @Override
    public Iterator<byte[]> call(Integer task, Iterator<Integer> ignored) {
        var exchange = StateExchange.ofRun(run);
        // All averages are taken.
        exchange.withdraw(name -> RoundNames.isOlderGroup(name, round + 1));
        var copies = new TreeMap<Integer, NativeBlocks.Block>();
        Runnable giveBack = () -> copies.values().forEach(exchange.blocks()::give);
        final Moved fetched;
        try {
            fetched = copy(exchange, share(task, exchange), copies);
        } catch (IOException e) {
            giveBack.run();
            LOG.info("averages of another host are not copied: {}", TaskResults.brief(e));
            return result(List.of(), Moved.NONE);
        }
        if (copies.isEmpty()) {
            return result(List.of(), fetched);
        }
        var name = RoundNames.copy(round, task, TaskContext.get().taskAttemptId());
        exchange.expose(
                name,
                block -> {
                    var copy = copies.get(block);
                    if (copy == null) {
                        throw new IndexOutOfBoundsException("block " + block + " is not in " + name);
                    }
                    return copy.bytes();
                },
                giveBack);
        var places = new ArrayList<BlockPlace>();
        for (int block : copies.keySet()) {
            var last = places.isEmpty() ? null : places.get(places.size() - 1);
            if (last != null && last.end() == block) {
                places.set(places.size() - 1, new BlockPlace(last.address(), name, last.first(), block + 1));
            } else {
                places.add(new BlockPlace(exchange.address(), name, block, block + 1));
            }
        }
        return result(places, fetched);
    }

    private static Iterator<byte[]> result(List<BlockPlace> places, Moved fetched) {
        return List.of(TaskResults.encode(AverageResult.of(places, fetched))).iterator();
    }

    /** The task's part of the places on other hosts, of those blocks that workers read. */
    private List<BlockPlace> share(int task, StateExchange exchange) {
        var blocks = averages.stream()
                .filter(place -> !exchange.isOnHost(place) && place.first() < layout.blockCount())
                .flatMap(place -> IntStream.range(place.first(), place.end())
                        .mapToObj(block -> new BlockPlace(place.address(), place.name(), block, block + 1)))
                .toList();
        var share = new Range(0, blocks.size()).share(groups.member(task), groups.sizeOf(task));
        return blocks.subList(share.first(), share.end());
    }

    private Moved copy(StateExchange exchange, List<BlockPlace> places, TreeMap<Integer, NativeBlocks.Block> copies)
            throws IOException {
        var byBlock = new TreeMap<Integer, BlockPlace>();
        places.forEach(place -> byBlock.put(place.first(), place));
        return IncomingBlocks.read(
                byBlock.keySet().stream().mapToInt(Integer::intValue),
                block -> new IncomingBlock(exchange, byBlock.get(block), block, layout.bytes(block, plan.float16())),
                (block, bytes) -> {
                    var copy = exchange.blocks().take(bytes.remaining());
                    copies.put(block, copy);
                    copy.bytes().put(bytes);
                });
    }
}
