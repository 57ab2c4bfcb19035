package org.casdm.job.rounds;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.casdm.job.rounds.average.AverageBlocks;
import org.casdm.job.rounds.average.AverageResult;
import org.casdm.job.rounds.average.CopyAverages;
import org.casdm.job.rounds.average.Version;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.Moved;
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
 * The work of a round besides the driver's graph: a Spark job of the workers, one that averages their states (with groups
 * of workers one before it and one after it), and the way of the averages to the driver.
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
     * @param copies         where else they are
     * @param states         where the workers' states are, in their order
     * @param trainSeconds   the job of the workers
     * @param averageSeconds the job of averaging
     * @param receiveSeconds fetching the averages
     * @param moved          what went from one JVM to another
     */
    record Outcome(
            List<WorkerReport> reports,
            List<BlockPlace> averages,
            List<BlockPlace> copies,
            List<BlockPlace> states,
            double trainSeconds,
            double averageSeconds,
            double receiveSeconds,
            Moved moved) {}

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
                Averages averages = average(current, workers);
                long averaged = System.nanoTime();
                var missed = averages.lost();
                if (missed.isEmpty()) {
                    var copies = new ArrayList<AverageResult>();
                    missed = spread(start, averages.places(), copies, target);
                    if (missed.isEmpty()) {
                        return outcome(start, workers, averages, copies, begin, trained, averaged);
                    }
                }
                because = forget(workers, missed);
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

    /**
     * The averages.
     *
     * @param places where they are
     * @param lost   states that could not be read, and why
     * @param moved  what came from other JVMs
     */
    private record Averages(List<BlockPlace> places, Map<BlockPlace, String> lost, Moved moved) {

        static Averages of(List<AverageResult> results, Moved before) {
            var lost = new HashMap<BlockPlace, String>();
            results.stream()
                    .filter(result -> result.lost() != null)
                    .forEach(result -> lost.putIfAbsent(result.lost(), result.lostBecause()));
            return new Averages(RoundJob.places(results), lost, before.plus(fetched(results)));
        }
    }

    private static Moved fetched(List<AverageResult> results) {
        return results.stream().map(AverageResult::fetched).reduce(Moved.NONE, Moved::plus);
    }

    private Averages average(RoundStart start, Map<Integer, WorkerResult> workers) {
        describe("averaging after step " + start.lastStep());
        var versions = IntStream.range(0, start.settings().workers())
                .mapToObj(worker -> new Version(List.of(workers.get(worker).state()), 1))
                .toList();
        var groups = start.settings().groups();
        var moved = Moved.NONE;
        if (groups.matter()) {
            var means = run(AverageBlocks.ofGroups(
                    start.runId(), start.round(), start.plan(), start.layout(), start.sources(), versions, groups));
            var result = Averages.of(means, Moved.NONE);
            if (!result.lost().isEmpty()) {
                return result;
            }
            moved = result.moved();
            versions = IntStream.range(0, groups.count())
                    .mapToObj(group -> new Version(
                            places(means.subList(groups.first(group), groups.end(group))),
                            groups.end(group) - groups.first(group)))
                    .toList();
        }
        return Averages.of(
                run(AverageBlocks.ofAll(
                        start.runId(),
                        start.round(),
                        start.plan(),
                        start.layout(),
                        start.sources(),
                        versions,
                        groups.workers())),
                moved);
    }

    private List<AverageResult> run(Function2<Integer, Iterator<Integer>, Iterator<byte[]>> task) {
        return placement.workerIndices(context).mapPartitionsWithIndex(task, true).collect().stream()
                .map(result -> TaskResults.decode(AverageResult.class, result))
                .toList();
    }

    /**
     * Fetches all averages; while they come, hosts copy from each other what their workers will read.
     *
     * @param copies receives what the hosts have copied
     * @return the places that could not be read, and why
     */
    private Map<BlockPlace, String> spread(
            RoundStart start, List<BlockPlace> averages, List<AverageResult> copies, StateCopy target) {
        var groups = start.settings().groups();
        if (!groups.matter()) {
            return receive(start, averages, target);
        }
        var receiving = CompletableFuture.supplyAsync(() -> receive(start, averages, target));
        try {
            describe("copying the averages of step " + start.lastStep() + " to each host");
            copies.addAll(run(
                    new CopyAverages(start.runId(), start.round(), start.plan(), start.layout(), averages, groups)));
        } finally {
            // It writes into the target, which is the caller's again.
            receiving.join();
        }
        return receiving.join();
    }

    /** Fetches all averages. Returns the places that could not be read, and why. */
    private Map<BlockPlace, String> receive(RoundStart start, List<BlockPlace> places, StateCopy target) {
        var failures = new HashMap<BlockPlace, String>();
        var pending = new ArrayDeque<Map.Entry<BlockPlace, CompletableFuture<Void>>>();
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

    /** Removes the results of workers that are lost, or were where averages are lost. Returns why. */
    private static String forget(Map<Integer, WorkerResult> workers, Map<BlockPlace, String> missed) {
        var reason = reasons(missed, workers);
        var gone = missed.keySet().stream().map(BlockPlace::address).collect(Collectors.toSet());
        workers.values().removeIf(worker -> gone.contains(worker.state().address()));
        return reason;
    }

    /** Each executor once, however many tasks have missed it, with the workers that were there. */
    static String reasons(Map<BlockPlace, String> missed, Map<Integer, WorkerResult> workers) {
        var executors = new TreeMap<String, String>();
        missed.forEach((place, reason) -> {
            var there = workers.entrySet().stream()
                    .filter(worker -> worker.getValue().state().address().equals(place.address()))
                    .map(worker -> worker.getKey().toString())
                    .sorted()
                    .collect(Collectors.joining(", "));
            executors.putIfAbsent(place.address() + (there.isEmpty() ? "" : " (of workers " + there + ")"), reason);
        });
        return executors.entrySet().stream()
                .map(executor -> executor.getKey() + ": " + executor.getValue())
                .collect(Collectors.joining("; "));
    }

    private Outcome outcome(
            RoundStart start,
            Map<Integer, WorkerResult> workers,
            Averages averages,
            List<AverageResult> copies,
            long begin,
            long trained,
            long averaged) {
        var reports = IntStream.range(0, workers.size())
                .mapToObj(worker -> workers.get(worker).report())
                .toList();
        Moved received = averages.places().stream()
                .map(place -> exchange.moved(place, bytes(start, place)))
                .reduce(averages.moved().plus(fetched(copies)), Moved::plus);
        return new Outcome(
                reports,
                averages.places(),
                places(copies),
                IntStream.range(0, workers.size())
                        .mapToObj(worker -> workers.get(worker).state())
                        .toList(),
                seconds(begin, trained),
                seconds(trained, averaged),
                seconds(averaged, System.nanoTime()),
                reports.stream().map(WorkerReport::fetched).reduce(received, Moved::plus));
    }

    private static long bytes(RoundStart start, BlockPlace place) {
        return IntStream.range(place.first(), place.end())
                .mapToLong(block -> start.layout().bytes(block, start.plan().float16()))
                .sum();
    }

    private void describe(String text) {
        context.setLocalProperty(DESCRIPTION, text);
    }

    private static double seconds(long begin, long end) {
        return (end - begin) / 1e9;
    }
}
