package org.casdm.job.train;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelSpec;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.AveragedPrecision;
import org.casdm.config.CasdmConfig.Moments;
import org.casdm.config.ConfigException;
import org.casdm.data.BatchOrder;
import org.casdm.data.EpochOrder;
import org.casdm.data.shard.DataFolder;
import org.casdm.engine.EngineRequest;
import org.casdm.job.JobFailure;
import org.casdm.job.device.DeviceSurvey;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.metrics.OperatorMetrics;
import org.casdm.job.report.mlflow.MlflowRun;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.train.TrainingCheckpoints.Place;
import org.casdm.optimizer.AdamW;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a model: rounds of local steps on the executors, parameters averaged between rounds; moving averages,
 * metrics, checkpoints and sample grids on the way. Goes on from the run folder's newest checkpoint if it has one.
 */
public final class TrainJob {

    private static final Logger LOG = LoggerFactory.getLogger(TrainJob.class);
    private static final int METRICS_LINES_PER_PART = 100;
    private static final Duration METRICS_LONGEST_WAIT = Duration.ofMinutes(1);

    private final CasdmConfig config;
    private final ModelSpec model;
    private final AdamW optimizer;
    private final Optional<LpipsSources> lpips;

    /**
     * @param config checked by its loader, with {@code run.folder} and {@code data.path}
     * @throws ConfigException if LPIPS is asked for without weights
     */
    public TrainJob(CasdmConfig config) {
        this.config = config;
        model = ConfiguredModel.of(config);
        optimizer = ConfiguredModel.optimizer(config);
        lpips = LpipsSources.of(config);
    }

    /**
     * Runs until {@code train.steps} are done.
     *
     * @throws IOException if images cannot be found or the run folder cannot be written
     * @throws JobFailure if the run folder holds another run, or too many steps had to be skipped
     */
    public void run(JavaSparkContext spark) throws IOException {
        var hadoop = spark.hadoopConfiguration();
        // Now, and not when the first executor looks for its weights.
        lpips.ifPresent(sources -> sources.check(hadoop));
        MetricSource.check(config, hadoop);
        var found = new TrainingImages(config, hadoop);
        var folder = RunFolder.at(config.run().folder().orElseThrow(), hadoop);
        RunConfiguration.store(folder, config);
        var slots = WorkerSlots.of(config, spark);
        LOG.info(
                "workers: {}, threads of each: {}, batch of each: {}; images a step: {}",
                slots.workers(),
                slots.threads(),
                config.train().batchSizePerWorker(),
                slots.workers() * config.train().batchSizePerWorker());
        DeviceSurvey.ofDriver(spark);
        DeviceSurvey.ofExecutors(spark, slots.workers(), EngineRequest.of(config));
        var images = found.prepare(spark);

        var training = new CascadeGraph.Training(
                optimizer,
                config.train().optimizer().weightDecay(),
                config.run().seed(),
                slots.threads(),
                DataType.FLOAT,
                ConfiguredModel.lpips(config),
                config.lpips().minAlphaBar(),
                config.loss().metric() > 0 ? OptionalDouble.of(config.metric().minAlphaBar()) : OptionalDouble.empty());
        try (var graph = CascadeGraph.create(model, training)) {
            var trained = new TrainedModel(
                    model,
                    graph,
                    config.train().emaRates(),
                    config.train().emaStds(),
                    !averaging(config.train().averaging()).outer().isNone());
            LOG.info(
                    "{}: {} parameters",
                    model.kind().configName(),
                    String.format(Locale.ROOT, "%,d", trained.tensors().length()));
            var checkpoints = new TrainingCheckpoints(folder, config);
            var start = checkpoints.load(trained);
            if (start.isEmpty()) {
                InitialWeights.load(config, trained, hadoop);
                trained.restartAverages();
            }
            var order = new BatchOrder(slots.workers(), config.train().batchSizePerWorker());
            var tracking = new Tracking(config, hadoop);
            tracking.update(MlflowRun.Status.RUNNING);
            boolean done = false;
            try {
                train(
                        spark,
                        folder,
                        images,
                        trained,
                        checkpoints,
                        start.orElse(Place.start(order)),
                        order,
                        slots,
                        tracking);
                done = true;
            } finally {
                tracking.update(done ? MlflowRun.Status.FINISHED : MlflowRun.Status.FAILED);
            }
        }
    }

    private void train(
            JavaSparkContext spark,
            RunFolder folder,
            DataFolder images,
            TrainedModel trained,
            TrainingCheckpoints checkpoints,
            Place start,
            BatchOrder order,
            WorkerSlots slots,
            Tracking tracking)
            throws IOException {
        var train = config.train();
        var epochs = new EpochOrder(config.run().seed(), images.count());
        var metrics = folder.metrics(METRICS_LINES_PER_PART, METRICS_LONGEST_WAIT);
        metrics.resume(start.step() == 0 ? -1 : start.step());
        var grids = new SampleGrids(config, folder, slots.threads());
        var runId = UUID.randomUUID().toString();
        var data = spark.broadcast(new TrainingBatches.Data(runId, images, config));
        var divisions = start.divisions().goingOn(start.imagesSeen(), order);
        var batches = new TrainingBatches(data, divisions, start.step(), start.imagesSeen());
        var skipped = new SkippedSteps(train.maxSkippedSteps(), folder.failures());
        var settings = RoundSettings.of(
                        slots.workers(),
                        train.averaging().period(),
                        train.batchSizePerWorker(),
                        config.run().seed())
                .withBlockFloats(config.execution().averagingBlockMib() << 18)
                .withAveraging(averaging(train.averaging()));
        var provenance = new TreeMap<>(Map.of(
                "images",
                images.summary(),
                "spark",
                spark.version(),
                "lpips",
                lpips.map(LpipsSources::toString).orElse("none"),
                "metric",
                MetricSource.describe(config)));
        var operators = OperatorMetrics.register("train");
        try (var removal = new Removal(runId, data);
                var master = new RoundTrainingMaster(
                        settings,
                        new CascadeGraphFactory(runId, slots.threads(), config),
                        new CascadeObserver(config),
                        trained.outerMomentum().orElse(null))) {
            var log = new RoundLog(
                    metrics,
                    operators,
                    ConfiguredModel.lossWeights(config).terms(model),
                    train.steps(),
                    images.count(),
                    images.description().skipped().size());
            var network = new SparkComputationGraph(spark, trained.graph(), master);
            var place = start;
            if (place.step() >= train.steps()) {
                LOG.info("nothing to do: the run is at step {} of {}", place.step(), train.steps());
            }
            while (place.step() < train.steps()) {
                long begin = System.nanoTime();
                long after = place.step() + settings.steps(place.step());
                boolean last = after >= train.steps();
                boolean checkpoint =
                        last || crosses(place.step(), after, config.checkpoint().everySteps());
                var result = master.executeRound(network, batches, place.step(), checkpoint);
                trained.updateAverages(result.nextStep(), result.steps());
                long before = place.step();
                long seen = place.imagesSeen() + result.images();
                place = new Place(result.nextStep(), seen, divisions.since(epochs.epoch(seen) * images.count()));
                log.round(
                        result,
                        place,
                        (System.nanoTime() - begin) / 1e9,
                        optimizer.getLearningRate((int) place.step() - 1, 0));
                skipped.note(result);
                if (skipped.tooMany()) {
                    log.flush();
                    throw skipped.failure(result);
                }
                if (checkpoint) {
                    log.flush();
                    operators.set(
                            "checkpointSeconds",
                            checkpoints.write(
                                    trained, place, epochs.epoch(place.imagesSeen()), slots.workers(), provenance));
                    operators.set("checkpointStep", place.step());
                    skipped.checkpointWritten();
                    tracking.update(MlflowRun.Status.RUNNING);
                }
                if (!trained.powerAverages().isEmpty()
                        && (last
                                || crosses(
                                        before,
                                        place.step(),
                                        config.checkpoint().emaEverySteps()))) {
                    checkpoints.writeAverages(
                            trained, place, epochs.epoch(place.imagesSeen()), slots.workers(), provenance);
                }
                if (config.samples().everySteps() > 0
                        && (last
                                || crosses(
                                        before, place.step(), config.samples().everySteps()))) {
                    grids.draw(spark, trained, place.step());
                    tracking.update(MlflowRun.Status.RUNNING);
                }
            }
            log.flush();
            LOG.info("done: {} steps, {} images; the run is in {}", place.step(), place.imagesSeen(), folder.root());
        }
    }

    /**
     * Closes what this JVM keeps for the run, and removes from the executors what they were sent. Waits for it:
     * executors that answer when Spark has stopped make Scala print a stack trace. What was to be removed before has
     * been by then.
     */
    private record Removal(String runId, Broadcast<?> broadcast) implements AutoCloseable {

        @Override
        public void close() {
            ExecutorLocal.close(runId);
            broadcast.unpersist(true);
        }
    }

    private static Averaging averaging(CasdmConfig.Averaging config) {
        return new Averaging(
                config.warmupSteps(),
                switch (config.outer()) {
                    case NONE -> OuterOptimizer.NONE;
                    case NESTEROV -> new OuterOptimizer(config.outerLearningRate(), config.outerMomentum());
                },
                config.moments() == Moments.KEEP,
                config.precision() == AveragedPrecision.FLOAT16);
    }

    private static boolean crosses(long before, long after, long every) {
        return every > 0 && before / every < after / every;
    }
}
