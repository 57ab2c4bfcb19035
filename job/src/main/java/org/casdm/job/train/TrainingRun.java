package org.casdm.job.train;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.AveragedPrecision;
import org.casdm.config.CasdmConfig.Moments;
import org.casdm.data.BatchOrder;
import org.casdm.data.EpochOrder;
import org.casdm.data.shard.DataFolder;
import org.casdm.engine.EngineRequest;
import org.casdm.job.device.DeviceSurvey;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.metrics.OperatorMetrics;
import org.casdm.job.report.mlflow.MlflowRun;
import org.casdm.job.rounds.RoundResult;
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

/** A run of training from its present step to its last: what it needs, and its loop. */
final class TrainingRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    private static final int METRICS_LINES_PER_PART = 100;
    private static final Duration METRICS_LONGEST_WAIT = Duration.ofMinutes(1);

    private final CasdmConfig config;
    private final JavaSparkContext spark;
    private final RunFolder folder;
    private final WorkerSlots slots;
    private final DataFolder images;
    private final EpochOrder epochs;
    private final BatchOrder order;
    private final AdamW optimizer;
    private final CascadeGraph graph;
    private final TrainedModel trained;
    private final TimestepLosses timesteps;
    private final TrainingCheckpoints checkpoints;
    private final SampleGrids grids;
    private final SkippedSteps skipped;
    private final OperatorMetrics operators;
    private final Tracking tracking;
    /** Under it executors keep what belongs to this run. */
    private final String runId = UUID.randomUUID().toString();

    private final Broadcast<TrainingBatches.Data> data;
    private final RoundSettings settings;
    private final RoundTrainingMaster master;

    /**
     * Finds and prepares the images, and makes the model.
     *
     * @throws IOException if images cannot be found or the run folder cannot be written
     * @throws org.casdm.job.JobFailure if the run folder holds another run
     */
    TrainingRun(CasdmConfig config, JavaSparkContext spark) throws IOException {
        this.config = config;
        this.spark = spark;
        var hadoop = spark.hadoopConfiguration();
        // Now, and not when the first executor looks for its weights.
        LpipsSources.of(config).ifPresent(sources -> sources.check(hadoop));
        MetricSource.check(config, hadoop);
        var found = new TrainingImages(config, hadoop);
        folder = RunFolder.at(config.run().folder().orElseThrow(), hadoop);
        RunConfiguration.store(folder, config);
        slots = WorkerSlots.of(config, spark);
        int batch = config.train().batchSizePerWorker();
        LOG.info(
                "workers: {}, threads of each: {}, batch of each: {}; images a step: {}",
                slots.workers(),
                slots.threads(),
                batch,
                slots.workers() * batch);
        DeviceSurvey.ofDriver(spark);
        DeviceSurvey.ofExecutors(spark, slots.workers(), EngineRequest.of(config));
        images = found.prepare(spark);
        epochs = new EpochOrder(config.run().seed(), images.count());
        order = new BatchOrder(slots.workers(), batch);
        checkpoints = new TrainingCheckpoints(folder, config);
        timesteps = new TimestepLosses(config);
        grids = new SampleGrids(config, folder, slots.threads());
        skipped = new SkippedSteps(config.train().maxSkippedSteps(), folder.failures());
        operators = OperatorMetrics.register("train");
        tracking = new Tracking(config, hadoop);
        data = spark.broadcast(new TrainingBatches.Data(runId, images, config));
        optimizer = ConfiguredModel.optimizer(config);
        var model = ConfiguredModel.of(config);
        graph = CascadeGraph.create(
                model,
                new CascadeGraph.Training(
                        optimizer,
                        config.train().optimizer().weightDecay(),
                        config.run().seed(),
                        slots.threads(),
                        DataType.FLOAT,
                        ConfiguredModel.lpips(config),
                        config.lpips().minAlphaBar(),
                        config.loss().metric() > 0
                                ? OptionalDouble.of(config.metric().minAlphaBar())
                                : OptionalDouble.empty(),
                        ConfiguredModel.lossWeights(config).bound().trainsMean()));
        var averaging = averaging(config.train().averaging());
        trained = new TrainedModel(
                model,
                graph,
                config.train().emaRates(),
                config.train().emaStds(),
                !averaging.outer().isNone());
        LOG.info(
                "{}: {} parameters",
                model.kind().configName(),
                String.format(Locale.ROOT, "%,d", trained.tensors().length()));
        settings = RoundSettings.of(
                        slots.workers(),
                        config.train().averaging().period(),
                        batch,
                        config.run().seed())
                .withBlockFloats(config.execution().averagingBlockMib() << 18)
                .withAveraging(averaging);
        master = new RoundTrainingMaster(
                settings,
                new CascadeGraphFactory(runId, slots.threads(), config),
                new CascadeObserver(config),
                trained.outerMomentum().orElse(null));
    }

    private static Averaging averaging(CasdmConfig.Averaging config) {
        return new Averaging(
                config.warmupSteps(),
                switch (config.outer()) {
                    case NONE -> OuterOptimizer.NONE;
                    case NESTEROV -> new OuterOptimizer(config.outerLearningRate(), config.outerMomentum());
                },
                config.moments() == Moments.KEEP,
                config.precision() == AveragedPrecision.FLOAT16,
                config.workersPerHost());
    }

    /**
     * Runs until {@code train.steps} are done.
     *
     * @throws IOException if the run folder cannot be read or written
     * @throws org.casdm.job.JobFailure if too many steps had to be skipped
     */
    void train() throws IOException {
        var start = start();
        tracking.update(MlflowRun.Status.RUNNING);
        boolean done = false;
        try {
            train(start);
            done = true;
        } finally {
            tracking.update(done ? MlflowRun.Status.FINISHED : MlflowRun.Status.FAILED);
        }
    }

    private void train(Place start) throws IOException {
        var place = start;
        var divisions = place.divisions().goingOn(place.imagesSeen(), order);
        var batches = new TrainingBatches(data, divisions, place.step(), place.imagesSeen(), timesteps.distribution());
        var network = new SparkComputationGraph(spark, graph, master);
        var log = log(place);
        long steps = config.train().steps();
        if (place.step() >= steps) {
            LOG.info("nothing to do: the run is at step {} of {}", place.step(), steps);
        }
        while (place.step() < steps) {
            long begin = System.nanoTime();
            long before = place.step();
            long after = before + settings.steps(before);
            boolean last = after >= steps;
            boolean checkpoint =
                    last || crosses(before, after, config.checkpoint().everySteps());
            var ofRound = batches.with(timesteps.distribution());
            var result = master.executeRound(network, ofRound, before, checkpoint);
            timesteps.add(result, ofRound);
            trained.updateAverages(result.nextStep(), result.steps());

            long seen = place.imagesSeen() + result.images();
            place = new Place(result.nextStep(), seen, divisions.since(epochs.epoch(seen) * images.count()));
            log.round(result, place, (System.nanoTime() - begin) / 1e9, learningRate(place));
            stopIfTooManyAreSkipped(result, log);

            if (checkpoint) {
                log.flush();
                writeCheckpoint(place);
                tracking.update(MlflowRun.Status.RUNNING);
            }
            if (!trained.powerAverages().isEmpty()
                    && (last || crosses(before, after, config.checkpoint().emaEverySteps()))) {
                checkpoints.writeAverages(
                        trained, place, epochs.epoch(place.imagesSeen()), slots.workers(), provenance());
            }
            if (draws()
                    && (last || crosses(before, place.step(), config.samples().everySteps()))) {
                grids.draw(spark, trained, place.step());
                tracking.update(MlflowRun.Status.RUNNING);
            }
        }
        log.flush();
        LOG.info("done: {} steps, {} images; the run is in {}", place.step(), place.imagesSeen(), folder.root());
    }

    /** Loads the newest checkpoint, or the initial weights if there is none. */
    private Place start() throws IOException {
        var stored = checkpoints.load(trained, timesteps);
        if (stored.isEmpty()) {
            InitialWeights.load(config, trained, spark.hadoopConfiguration());
            trained.restartAverages();
        }
        return stored.orElse(Place.start(order));
    }

    private RoundLog log(Place start) throws IOException {
        var metrics = folder.metrics(METRICS_LINES_PER_PART, METRICS_LONGEST_WAIT);
        metrics.resume(start.step() == 0 ? -1 : start.step());
        return new RoundLog(
                metrics,
                operators,
                ConfiguredModel.lossWeights(config).terms(ConfiguredModel.of(config)),
                config.train().steps(),
                images.count(),
                images.description().skipped().size());
    }

    /** The rate of the last step that was taken. */
    private double learningRate(Place place) {
        return optimizer.getLearningRate((int) place.step() - 1, 0);
    }

    private void stopIfTooManyAreSkipped(RoundResult result, RoundLog log) throws IOException {
        skipped.note(result);
        if (skipped.tooMany()) {
            log.flush();
            throw skipped.failure(result);
        }
    }

    private void writeCheckpoint(Place place) throws IOException {
        operators.set(
                "checkpointSeconds",
                checkpoints.write(
                        trained, timesteps, place, epochs.epoch(place.imagesSeen()), slots.workers(), provenance()));
        operators.set("checkpointStep", place.step());
        skipped.checkpointWritten();
    }

    private SortedMap<String, String> provenance() {
        return new TreeMap<>(Map.of(
                "images",
                images.summary(),
                "spark",
                spark.version(),
                "lpips",
                LpipsSources.of(config).map(LpipsSources::toString).orElse("none"),
                "metric",
                MetricSource.describe(config)));
    }

    private boolean draws() {
        return config.samples().everySteps() > 0;
    }

    private static boolean crosses(long before, long after, long every) {
        return every > 0 && before / every < after / every;
    }

    /**
     * Frees the model and what this JVM keeps for the run, and removes from the executors what they were sent. Waits for
     * it: executors that answer when Spark has stopped make Scala print a stack trace.
     */
    @Override
    public void close() {
        master.close();
        ExecutorLocal.close(runId);
        data.unpersist(true);
        graph.close();
    }
}
