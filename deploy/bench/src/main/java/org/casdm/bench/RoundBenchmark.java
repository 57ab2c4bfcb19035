package org.casdm.bench;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.TrainingState;
import org.casdm.engine.EngineRequest;
import org.casdm.job.ProgramVersion;
import org.casdm.job.rounds.RoundResult;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.optimizer.ExponentialMovingAverage;
import org.casdm.tensor.TensorSource;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Times rounds of training: how the workers get the state, their steps, averaging, the averages' way to the driver, the
 * EMA and a checkpoint; beside it, in the same run, what moving as many bytes over loopback takes.
 */
public final class RoundBenchmark {

    private static final double EMA_RATE = 0.9999;
    /** Until the JVMs have compiled what moves the bytes. */
    private static final int WARM_UP = 4;

    private final StepSettings step;
    private final EngineRequest engine;
    private final int workers;
    private final int stepsPerRound;
    private final int rounds;
    private final Averaging averaging;
    private final String folder;

    /**
     * @param step          what a step is; its number of steps is not used
     * @param engine        what is to compute the steps
     * @param workers       W
     * @param stepsPerRound steps of each worker in a round
     * @param rounds        that are timed, after one that is not
     * @param averaging     how results are brought together; rounds do not end whole
     * @param folder        receives a run folder with one checkpoint
     */
    public RoundBenchmark(
            StepSettings step,
            EngineRequest engine,
            int workers,
            int stepsPerRound,
            int rounds,
            Averaging averaging,
            String folder) {
        if (workers < 1 || stepsPerRound < 1 || rounds < 1) {
            throw new IllegalArgumentException("workers, steps and rounds are at least 1");
        }
        if (step.metric() != StepSettings.Metric.NONE) {
            throw new IllegalArgumentException("rounds are measured without LPIPS: its weights do not travel");
        }
        this.step = step;
        this.engine = engine;
        this.workers = workers;
        this.stepsPerRound = stepsPerRound;
        this.rounds = rounds;
        this.averaging = averaging;
        this.folder = folder;
    }

    /** Runs; the result is what is printed as JSON, all times medians in seconds. */
    public Map<String, Object> run(JavaSparkContext spark) throws IOException, InterruptedException {
        var graphs = new BenchGraphs(step, engine);
        var settings = RoundSettings.of(workers, stepsPerRound, step.batch(), 1).withAveraging(averaging);
        try (var graph = BenchGraphs.create(step);
                var master = new RoundTrainingMaster(
                        settings,
                        graphs,
                        StepObserver.scoreOnly(),
                        averaging.outer().isNone()
                                ? null
                                : Nd4j.create(DataType.FLOAT, graph.params().length()))) {
            var network = new SparkComputationGraph(spark, graph, master);
            var batches = new BenchBatches(step);
            var ema = new ExponentialMovingAverage(EMA_RATE, graph.params().dup());
            var results = new ArrayList<RoundResult>();
            var averaging = new double[rounds];
            for (var round = 0; round < WARM_UP + rounds; round++) {
                var result = master.executeRound(network, batches, (long) round * stepsPerRound, false);
                var start = System.nanoTime();
                ema.update(graph.params(), stepsPerRound);
                if (round >= WARM_UP) {
                    averaging[round - WARM_UP] = (System.nanoTime() - start) / 1e9;
                    results.add(result);
                }
            }
            var checkpoint = checkpointSeconds(spark, graph, ema);
            return report(graph, results, Median.of(averaging), checkpoint);
        }
    }

    /** Model, EMA and optimizer state, as training writes them. */
    private double checkpointSeconds(JavaSparkContext spark, CascadeGraph graph, ExponentialMovingAverage ema)
            throws IOException {
        var tensors = new ModelTensors(step.model());
        var state = graph.getUpdater().getStateViewArray();
        var moments = new ArrayList<TensorSource>(tensors.sources("adam.m.", half(state, 0)));
        moments.addAll(tensors.sources("adam.v.", half(state, 1)));
        var files = List.of(
                new CheckpointFile(CheckpointFiles.MODEL, Map.of(), tensors.sources("", graph.params())),
                new CheckpointFile(
                        CheckpointFiles.exponentialMovingAverage(EMA_RATE),
                        Map.of(),
                        tensors.sources("", ema.average())),
                new CheckpointFile(CheckpointFiles.OPTIMIZER, Map.of(), moments));
        var training = new TrainingState(
                1,
                1,
                0,
                new TreeMap<>(),
                "cas-dm",
                "bench",
                workers,
                step.batch(),
                List.of(EMA_RATE),
                Instant.now(),
                ProgramVersion.get(),
                new TreeMap<>());
        var start = System.nanoTime();
        RunFolder.at(folder, spark.hadoopConfiguration()).checkpoints().write(new Checkpoint(training, files));
        return (System.nanoTime() - start) / 1e9;
    }

    private static INDArray half(INDArray state, int index) {
        var flat = state.reshape(state.length());
        var length = flat.length() / 2;
        return flat.get(NDArrayIndex.interval(index * length, (index + 1) * length));
    }

    private Map<String, Object> report(CascadeGraph graph, List<RoundResult> results, double ema, double checkpoint)
            throws IOException, InterruptedException {
        var stateBytes = (graph.params().length()
                        + graph.getUpdater().getStateViewArray().length())
                * Float.BYTES;
        var bytes = Math.round(median(results, result -> result.moved().bytes()));
        var floor = bytes == 0
                ? Double.NaN
                : Math.min(LoopbackFloor.seconds(bytes, workers), LoopbackFloor.seconds(bytes, workers));
        var steps =
                median(results, result -> slowest(result, worker -> worker.dataSeconds() + worker.computeSeconds()));
        var rest = median(
                results,
                result -> result.totalSeconds()
                        - slowest(result, worker -> worker.dataSeconds() + worker.computeSeconds()));
        var report = new LinkedHashMap<String, Object>();
        report.put("program", "casdm");
        report.put("engine", engine.engine().text());
        report.put("workers", workers);
        report.put("steps_per_round", stepsPerRound);
        report.put("size", step.size());
        report.put("channels", step.channels());
        report.put("batch", step.batch());
        report.put("parameters", graph.params().length());
        report.put("state_bytes", stateBytes);
        report.put("moments", averaging.keepMoments() ? "keep" : "average");
        report.put("precision", averaging.float16() ? "float16" : "float32");
        report.put("workers_per_host", averaging.workersPerHost());
        report.put("outer", averaging.outer().isNone() ? "none" : "nesterov");
        report.put("round_seconds", seconds(median(results, RoundResult::totalSeconds)));
        report.put("steps_seconds", seconds(steps));
        report.put("load_seconds", seconds(median(results, result -> slowest(result, WorkerReport::stateSeconds))));
        report.put("average_seconds", seconds(median(results, RoundResult::averageSeconds)));
        report.put("receive_seconds", seconds(median(results, RoundResult::receiveSeconds)));
        report.put("all_but_steps_seconds", seconds(rest));
        report.put("ema_seconds", seconds(ema));
        report.put("checkpoint_seconds", seconds(checkpoint));
        report.put("bytes_moved", bytes);
        report.put(
                "bytes_between_hosts",
                Math.round(median(results, result -> result.moved().betweenHosts())));
        // Within one JVM nothing moves.
        if (bytes > 0) {
            report.put("loopback_seconds", seconds(floor));
            report.put("all_but_steps_to_loopback", Rounding.digits(rest / floor, 2));
        }
        report.put("share_of_round", Rounding.digits(rest / (rest + steps), 4));
        return report;
    }

    private static double seconds(double value) {
        return Rounding.digits(value, 4);
    }

    private static double median(List<RoundResult> results, ToDoubleFunction<RoundResult> value) {
        return Median.of(results.stream().mapToDouble(value).toArray());
    }

    private static double slowest(RoundResult result, ToDoubleFunction<WorkerReport> value) {
        return result.workers().stream().mapToDouble(value).max().orElse(0);
    }
}
