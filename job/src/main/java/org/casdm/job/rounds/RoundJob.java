package org.casdm.job.rounds;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.average.AverageBlocks;
import org.casdm.job.rounds.average.AverageResult;
import org.casdm.job.rounds.exchange.Address;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.KeptState;
import org.casdm.job.rounds.state.StateCopy;
import org.casdm.job.rounds.worker.RoundStart;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.job.rounds.worker.WorkerResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a round besides the driver's graph: a Spark job of the workers, a Spark job that averages their states,
 * and the way of the averages to the driver.
 *
 * <p>Failed tasks are repeated by Spark. If an executor dies with a state that was still needed, its workers train again
 * from the round's start and the averages are taken again.
 */
final class RoundJob {

    private static final Logger LOG = LoggerFactory.getLogger(RoundJob.class);
    private static final String DESCRIPTION = "spark.job.description";
    /** Blocks on their way to the driver at once, from each executor. */
    private static final int WINDOW = 8;

    private final JavaSparkContext context;
    private final WorkerPlacement placement;
    private final StateExchange exchange;
    private final int attempts;

    /**
     * @param context   Spark
     * @param placement where workers go; learns where they were
     * @param exchange  the driver's
     */
    RoundJob(JavaSparkContext context, WorkerPlacement placement, StateExchange exchange) {
        this.context = context;
        this.placement = placement;
        this.exchange = exchange;
        attempts = context.getConf().getInt("spark.task.maxFailures", 4);
    }

    /**
     * What a round has come to.
     *
     * @param reports        of the workers, in order
     * @param averages       where the averages are
     * @param states         where the workers' states are, in their order
     * @param trainSeconds   the job of the workers
     * @param averageSeconds the job of averaging
     * @param receiveSeconds fetching the averages
     * @param movedBytes     that went from one JVM to another
     */
    record Outcome(
            List<WorkerReport> reports,
            List<BlockPlace> averages,
            List<BlockPlace> states,
            double trainSeconds,
            double averageSeconds,
            double receiveSeconds,
            long movedBytes) {}

    /**
     * Runs the round.
     *
     * @param start    what the workers start from
     * @param training one partition a worker, each with its {@link WorkerResult}
     * @param target   receives the averages
     * @throws IllegalStateException if executors die again and again
     */
    Outcome run(RoundStart start, Function<RoundStart, JavaRDD<byte[]>> training, StateCopy target) {
        String previousDescription = context.getLocalProperty(DESCRIPTION);
        var workers = new HashMap<Integer, WorkerResult>();
        RoundStart current = start;
        String because = "";
        try {
            for (int attempt = 0; attempt < attempts; attempt++) {
                long begin = System.nanoTime();
                train(current, training, workers);
                long trained = System.nanoTime();
                List<AverageResult> averages = average(current, workers);
                long averaged = System.nanoTime();
                Map<BlockPlace, String> unreachable = Map.of();
                var lost = averages.stream()
                        .filter(result -> result.lostWorker() >= 0)
                        .toList();
                if (lost.isEmpty()) {
                    unreachable = receive(start, averages, target);
                    if (unreachable.isEmpty()) {
                        return outcome(start, workers, averages, begin, trained, averaged);
                    }
                }
                because = forget(workers, lost, unreachable);
                LOG.warn("lost an executor that held this round's state; retraining its workers: {}", because);
                // Averages of the round before are being overwritten where averaging has begun.
                current = start.withSources(start.sources().driverOnly());
            }
        } finally {
            context.setLocalProperty(DESCRIPTION, previousDescription);
        }
        throw new IllegalStateException("the round that begins with step " + start.firstStep() + " was tried "
                + attempts + " times (spark.task.maxFailures), and each time an executor died that held its state: "
                + because);
    }

    private void train(
            RoundStart start, Function<RoundStart, JavaRDD<byte[]>> training, Map<Integer, WorkerResult> workers) {
        int[] missing = IntStream.range(0, start.settings().workers())
                .filter(worker -> !workers.containsKey(worker))
                .toArray();
        if (missing.length == 0) {
            return;
        }
        describe("training, steps " + start.firstStep() + " to " + start.lastStep());
        List<byte[]>[] results = training.apply(start).collectPartitions(missing);
        for (List<byte[]> result : results) {
            var worker = TaskResults.decode(WorkerResult.class, result.get(0));
            workers.put(worker.report().workerIndex(), worker);
            warnOfLosses(worker.report());
        }
        placement.remember(workers.values().stream().map(WorkerResult::report).toList());
    }

    private static void warnOfLosses(WorkerReport report) {
        if (report.momentsOf() != KeptState.OWN) {
            LOG.warn(
                    "worker {} lost the moments that it had kept; it starts from {}",
                    report.workerIndex(),
                    report.momentsOf() == 0
                            ? "the last ones that were averaged"
                            : "the mean of those of " + report.momentsOf() + " other workers");
        }
        if (report.errorsLost()) {
            LOG.warn("worker {} lost its rounding errors of the round before; they start from 0", report.workerIndex());
        }
    }

    private List<AverageResult> average(RoundStart start, Map<Integer, WorkerResult> workers) {
        describe("averaging after step " + start.lastStep());
        int count = start.settings().workers();
        var states = IntStream.range(0, count)
                .mapToObj(worker -> workers.get(worker).state())
                .toList();
        return placement
                .workerIndices(context, count)
                .mapPartitionsWithIndex(
                        new AverageBlocks(
                                start.runId(), start.round(), start.plan(), start.layout(), start.sources(), states),
                        true)
                .collect()
                .stream()
                .map(result -> TaskResults.decode(AverageResult.class, result))
                .toList();
    }

    /** Fetches all averages. Returns the places that could not be read, and why. */
    private Map<BlockPlace, String> receive(RoundStart start, List<AverageResult> averages, StateCopy target) {
        var failures = new HashMap<BlockPlace, String>();
        var pending = new ArrayDeque<Map.Entry<BlockPlace, CompletableFuture<Void>>>();
        List<BlockPlace> places = places(averages);
        int longest = places.stream()
                .mapToInt(place -> place.end() - place.first())
                .max()
                .orElse(0);
        // From all executors by turns, so that all of them send.
        for (int i = 0; i < longest; i++) {
            for (BlockPlace place : places) {
                int block = place.first() + i;
                if (block < place.end() && !failures.containsKey(place)) {
                    pending.add(Map.entry(
                            place,
                            exchange.fetch(
                                    place,
                                    block,
                                    target.block(block)
                                            .limit(start.layout()
                                                    .bytes(block, start.plan().float16())))));
                    if (pending.size() == WINDOW * places.size()) {
                        await(pending.poll(), failures);
                    }
                }
            }
        }
        while (!pending.isEmpty()) {
            await(pending.poll(), failures);
        }
        return failures;
    }

    private static List<BlockPlace> places(List<AverageResult> averages) {
        return averages.stream().flatMap(result -> result.places().stream()).toList();
    }

    private static void await(Map.Entry<BlockPlace, CompletableFuture<Void>> fetch, Map<BlockPlace, String> failures) {
        try {
            fetch.getValue().join();
        } catch (CompletionException e) {
            failures.put(fetch.getKey(), TaskResults.brief(e.getCause()));
        }
    }

    /** Removes the results of workers that are lost, or were where averages are lost. */
    private static String forget(
            Map<Integer, WorkerResult> workers, List<AverageResult> lost, Map<BlockPlace, String> unreachable) {
        Set<Address> gone =
                unreachable.keySet().stream().map(BlockPlace::address).collect(Collectors.toCollection(HashSet::new));
        lost.forEach(result -> gone.add(workers.get(result.lostWorker()).state().address()));
        workers.values().removeIf(worker -> gone.contains(worker.state().address()));
        return reasons(lost, unreachable);
    }

    /** Each worker and each executor once, however many tasks have missed it. */
    static String reasons(List<AverageResult> lost, Map<BlockPlace, String> unreachable) {
        var workers = new TreeMap<Integer, String>();
        lost.forEach(result -> workers.putIfAbsent(result.lostWorker(), result.lostBecause()));
        var executors = new TreeMap<String, String>();
        unreachable.forEach(
                (place, reason) -> executors.putIfAbsent(place.address().toString(), reason));
        return Stream.concat(
                        workers.entrySet().stream()
                                .map(worker -> "worker " + worker.getKey() + ": " + worker.getValue()),
                        executors.entrySet().stream().map(executor -> executor.getKey() + ": " + executor.getValue()))
                .collect(Collectors.joining("; "));
    }

    private Outcome outcome(
            RoundStart start,
            Map<Integer, WorkerResult> workers,
            List<AverageResult> averages,
            long begin,
            long trained,
            long averaged) {
        var reports = IntStream.range(0, workers.size())
                .mapToObj(worker -> workers.get(worker).report())
                .toList();
        var places = places(averages);
        long received = places.stream()
                .filter(place -> !exchange.isHere(place))
                .flatMapToInt(place -> IntStream.range(place.first(), place.end()))
                .mapToLong(block -> start.layout().bytes(block, start.plan().float16()))
                .sum();
        long moved = received
                + averages.stream().mapToLong(AverageResult::fetchedBytes).sum()
                + reports.stream().mapToLong(WorkerReport::fetchedBytes).sum();
        return new Outcome(
                reports,
                places,
                IntStream.range(0, workers.size())
                        .mapToObj(worker -> workers.get(worker).state())
                        .toList(),
                seconds(begin, trained),
                seconds(trained, averaged),
                seconds(averaged, System.nanoTime()),
                moved);
    }

    private void describe(String text) {
        context.setLocalProperty(DESCRIPTION, text);
    }

    private static double seconds(long begin, long end) {
        return (end - begin) / 1e9;
    }
}
