package org.casdm.job.rounds;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.RoundPlan;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.casdm.job.rounds.state.Float16Differences;
import org.casdm.job.rounds.state.GraphState;
import org.casdm.job.rounds.state.KeptState;
import org.casdm.job.rounds.state.RoundNames;
import org.casdm.job.rounds.state.StateCopy;
import org.casdm.job.rounds.state.StateSources;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.RoundStart;
import org.casdm.job.rounds.worker.RoundTrainingWorker;
import org.casdm.job.rounds.worker.TrainOnPartition;
import org.casdm.job.rounds.worker.TrainOnWorkerBatches;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.graph.dataset.DataSetToMultiDataSetFn;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * dl4j-spark's parameter averaging for large {@code ComputationGraph}s whose data are made on the executors.
 *
 * <p>What a round means is dl4j-spark's: the driver's parameters and updater state go to W workers, each takes
 * {@code averagingFrequency} steps, parameters and updater state are averaged, and the driver's graph holds the result.
 * One worker equals plain training bit for bit; with SGD, n workers with one step equal one step on the n minibatches
 * together. The training loop inside a task, its hooks, its listeners and the entry points for
 * {@link SparkComputationGraph} are dl4j-spark's too. Replaced are:
 *
 * <ul>
 * <li><b>Where data come from.</b> dl4j-spark counts an RDD of minibatches, splits it at random, repartitions and
 *     persists it: four Spark jobs a round (about 1.5 s for a toy model), and every minibatch goes through Spark's
 *     serialisation. {@link #executeRound} lets each worker make its own from {@link WorkerBatches}; an RDD given to
 *     {@link #executeTrainingMDS} is one worker a partition and used as it is.</li>
 * <li><b>Transport of the state.</b> Java-serialised arrays in one broadcast, and a tree aggregation of such arrays in
 *     tasks' results, are limited to 2 GiB and copy each array several times. Here raw float32 blocks go from the memory
 *     of one graph into that of another ({@link org.casdm.job.rounds.exchange}): each of the W averaging tasks fetches
 *     its share of the blocks from all workers; the next round's workers fetch the averages from those tasks' JVMs, and
 *     so does the driver, which sends its own copy only at the start and where an executor has died. With S bytes of
 *     state, a JVM of one worker sends and receives 2 S (W - 1) / W a round, however many workers there are, and the
 *     driver receives S. With {@link Averaging#workersPerHost} groups of workers are averaged before all are, and each
 *     group copies the averages of other hosts once.</li>
 * <li><b>The average.</b> dl4j-spark adds in the order of arrival. Here the sum is taken in the workers' order in double
 *     precision, so that a repeated run has the same bits.</li>
 * <li><b>The workers' graphs.</b> Built once in each executor's task slot and kept, not built for each task.</li>
 * <li><b>Statistics</b> come with the workers' results, in {@link RoundResult}; a failed attempt's leave no trace.</li>
 * </ul>
 *
 * <p>Task retries, speculative execution and lost executors change nothing: a task depends only on the round's start
 * and on its worker index. If a round fails for good, the driver's graph is left as the round began.
 *
 * <p>Between rounds the driver's graph may be read, and its state replaced as a whole (a checkpoint, say), which is
 * noticed. If single numbers are changed, {@link #stateChanged()} has to be called, or workers go on without them.
 *
 * <p>Not thread-safe: one round at a time.
 */
public final class RoundTrainingMaster extends ParameterAveragingTrainingMaster implements AutoCloseable {

    private final transient UUID runId = UUID.randomUUID();
    private final transient RoundSettings settings;
    private final transient GraphFactory graphFactory;
    private final transient StepObserver observer;
    private final transient INDArray outerMomentum;
    private final transient WorkerPlacement placement;

    private transient ComputationGraph publishedGraph;
    private transient StateCopy received;
    private transient List<BlockPlace> averages = List.of();
    private transient KeptState kept = KeptState.NONE;
    private transient int fingerprint;
    private transient long round;
    private transient Broadcast<NetBroadcastTuple> configuration;
    private transient Broadcast<SerializableConfiguration> hadoopConfiguration;

    /**
     * A master for graphs that need nothing but their configuration, reporting scores only; without an outer optimizer.
     */
    public RoundTrainingMaster(RoundSettings settings) {
        this(settings, GraphFactory.fromConfiguration(), StepObserver.scoreOnly());
    }

    /** A master without an outer optimizer. */
    public RoundTrainingMaster(RoundSettings settings, GraphFactory graphFactory, StepObserver observer) {
        this(settings, graphFactory, observer, null);
    }

    /**
     * A master.
     *
     * @param settings     how rounds are done
     * @param graphFactory builds the workers' graphs
     * @param observer     looks at the workers' graphs after each step
     * @param outerMomentum the outer optimizer's momentum: a float array, one number a parameter, which the master changes;
     *                     null where the settings have no outer optimizer
     */
    public RoundTrainingMaster(
            RoundSettings settings, GraphFactory graphFactory, StepObserver observer, INDArray outerMomentum) {
        super(new Builder(settings.workers(), settings.batchSizePerWorker())
                .batchSizePerWorker(settings.batchSizePerWorker())
                .averagingFrequency(settings.averagingFrequency())
                .workerPrefetchNumBatches(0)
                .saveUpdater(true)
                .repartionData(Repartition.Never)
                .storageLevel(null)
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .rngSeed(settings.seed()));
        this.settings = settings;
        this.placement = new WorkerPlacement(settings.groups());
        this.graphFactory = Objects.requireNonNull(graphFactory, "graphFactory");
        this.observer = Objects.requireNonNull(observer, "observer");
        this.outerMomentum = outerMomentum;
        if (settings.averaging().outer().isNone() != (outerMomentum == null)) {
            throw new IllegalArgumentException("an outer optimizer needs a momentum, and without one there is none");
        }
    }

    /**
     * Sets how soon a worker counts as lost whose executor does not answer. To be called on the configuration of the
     * Spark context, before it starts.
     */
    public static SparkConf configure(SparkConf conf) {
        return conf.setIfMissing("spark.casdm.io.retryWait", "1s");
    }

    /** Does one round, which ends whole. */
    public RoundResult executeRound(SparkComputationGraph graph, WorkerBatches batches, long firstStep) {
        return executeRound(graph, batches, firstStep, true);
    }

    /**
     * Does one round. The driver's graph holds the averaged state afterwards, and its iteration count is the next step.
     * If a task has failed more often than Spark allows, Spark's exception ends the round (a SparkException, undeclared
     * as Scala's are), and the driver's graph is as it was before.
     *
     * @param graph     holds the driver's graph, initialised, of data type FLOAT; its updater state is taken along
     * @param batches   makes the workers' minibatches
     * @param firstStep the step that the round begins with, counted from the start of the run, from 0; also the
     *                  iteration count that the updaters see
     * @param whole     whether the updater's state has to be the driver's afterwards, as for a checkpoint: where workers
     *                  keep theirs, it is averaged, and the next round starts from that. Elsewhere it always is
     * @return what the workers did
     */
    public RoundResult executeRound(SparkComputationGraph graph, WorkerBatches batches, long firstStep, boolean whole) {
        Objects.requireNonNull(batches, "batches");
        return execute(
                graph,
                firstStep,
                whole,
                worker -> placement
                        .workerIndices(graph.getSparkContext())
                        .mapPartitionsWithIndex(new TrainOnWorkerBatches(worker, batches), true));
    }

    /**
     * Does one round on given minibatches.
     *
     * @param graph        as in {@link #executeRound}; the round begins with the graph's iteration count
     * @param trainingData as many partitions as there are workers, each with {@code averagingFrequency} minibatches of
     *                     the configured size. They are consumed one at a time. An RDD that comes out of a shuffle
     *                     should be persisted: the shuffle's files are removed after the round
     */
    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
        if (trainingData.getNumPartitions() != settings.workers()) {
            throw new IllegalArgumentException("the RDD has " + trainingData.getNumPartitions()
                    + " partitions; there has to be one for each of the " + settings.workers() + " workers");
        }
        execute(
                graph,
                graph.getNetwork().getIterationCount(),
                true,
                worker -> trainingData.mapPartitionsWithIndex(new TrainOnPartition(worker), true));
    }

    /** As {@link #executeTrainingMDS}, for graphs with one input and one output. */
    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> trainingData) {
        executeTrainingMDS(graph, trainingData.map(new DataSetToMultiDataSetFn()));
    }

    private RoundResult execute(
            SparkComputationGraph graph,
            long firstStep,
            boolean whole,
            Function<RoundTrainingWorker, JavaRDD<byte[]>> training) {
        long begin = System.nanoTime();
        var plan = settings.plan(firstStep, whole);
        long nextStep = Math.addExact(firstStep, plan.steps());
        if (firstStep < 0 || nextStep > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("steps " + firstStep + " to " + nextStep
                    + ": DL4J counts iterations from 0 to " + Integer.MAX_VALUE);
        }
        ComputationGraph network = graph.getNetwork();
        GraphState state = GraphState.of(network, outerMomentum, settings.blockFloats());
        state.bringToHost();
        var exchange = StateExchange.ofRun(runId);
        publishOnce(graph.getSparkContext(), network, state, exchange);
        if (fingerprint != state.fingerprint()) {
            stateChanged();
        }
        round++;
        var name = RoundNames.start(round);
        exchange.expose(name, state::block, () -> {});
        try {
            var driver =
                    new BlockPlace(exchange.address(), name, 0, state.layout().blockCount());
            var start = new RoundStart(
                    runId,
                    round,
                    settings,
                    plan,
                    configuration,
                    hadoopConfiguration,
                    state.layout(),
                    new StateSources(driver, averages, kept),
                    firstStep,
                    network.getConfiguration().getEpochCount());
            var outcome = new RoundJob(graph.getSparkContext(), placement, exchange)
                    .run(
                            start,
                            from -> training.apply(
                                    new RoundTrainingWorker(from, graphFactory, observer, trainingHookList, listeners)),
                            received);
            take(outcome.averages(), state, plan);
            averages = Stream.concat(outcome.averages().stream(), outcome.copies().stream())
                    .toList();
            kept = plan.moments() && !plan.float16()
                    ? KeptState.NONE
                    : new KeptState(outcome.states(), !plan.moments(), plan.float16());
            fingerprint = state.fingerprint();
            network.getConfiguration().setIterationCount((int) nextStep);
            var result = new RoundResult(
                    firstStep,
                    plan.steps(),
                    outcome.reports(),
                    outcome.trainSeconds(),
                    outcome.averageSeconds(),
                    outcome.receiveSeconds(),
                    outcome.moved(),
                    (System.nanoTime() - begin) / 1e9);
            graph.setScore(result.meanScore());
            return result;
        } finally {
            exchange.withdraw(name::equals);
        }
    }

    /** Brings what has been received into the driver's graph. */
    private void take(List<BlockPlace> places, GraphState state, RoundPlan plan) {
        var parameters = state.layout().range(Section.PARAMETERS);
        var blocks = places.stream()
                .flatMapToInt(place -> IntStream.range(place.first(), place.end()))
                .boxed()
                .collect(Collectors.partitioningBy(block -> plan.float16() && parameters.contains(block)));
        received.copyTo(state, blocks.get(false).stream().mapToInt(Integer::intValue));
        blocks.get(true).parallelStream()
                .forEach(block ->
                        new Float16Differences().add(received.block(block), state.block(block), state.block(block)));
        state.written();
    }

    /** Says that numbers of the driver's graph were changed since the last round: workers will read them anew. */
    public void stateChanged() {
        averages = List.of();
        kept = KeptState.NONE;
    }

    /** Broadcasts what does not change from round to round, when it is not there yet or the graph is another one. */
    private void publishOnce(
            JavaSparkContext context, ComputationGraph network, GraphState state, StateExchange exchange) {
        if (publishedGraph == network) {
            return;
        }
        removePublished();
        configuration = context.broadcast(new NetBroadcastTuple(network.getConfiguration(), null, null));
        hadoopConfiguration = context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
        received = StateCopy.room(
                state.layout(),
                exchange.blocks(),
                outerMomentum == null
                        ? new Section[] {Section.PARAMETERS, Section.UPDATER}
                        : new Section[] {Section.PARAMETERS, Section.UPDATER, Section.MOMENTUM});
        publishedGraph = network;
        stateChanged();
    }

    private void removePublished() {
        if (publishedGraph != null) {
            configuration.destroy();
            hadoopConfiguration.destroy();
            received.close();
            publishedGraph = null;
        }
    }

    /**
     * Removes the run's broadcasts, and the graphs and states kept in this JVM (those of local mode). Executors' own
     * JVMs keep theirs until another run's tasks arrive or they end. To be called before the Spark context is stopped.
     */
    @Override
    public void close() {
        removePublished();
        ExecutorLocal.close(runId);
    }

    /** Workers exist within a round only. */
    @Override
    public ParameterAveragingTrainingWorker getWorkerInstance(SparkComputationGraph graph) {
        throw new UnsupportedOperationException("a worker needs a round's broadcasts: use executeRound");
    }

    /** Not supported: statistics come in {@link RoundResult}. Listeners without a router work. */
    @Override
    public void setListeners(StatsStorageRouter router, Collection<TrainingListener> trainingListeners) {
        if (router != null) {
            throw new UnsupportedOperationException("listeners with a storage router are not supported");
        }
        super.setListeners(null, trainingListeners);
    }

    /** Not supported: this master trains graphs. */
    @Override
    public ParameterAveragingTrainingWorker getWorkerInstance(SparkDl4jMultiLayer network) {
        throw onlyGraphs();
    }

    /** Not supported: this master trains graphs. */
    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> trainingData) {
        throw onlyGraphs();
    }

    /** Not supported: {@link WorkerBatches} reads files. */
    @Override
    public void executeTrainingPaths(
            SparkDl4jMultiLayer network,
            SparkComputationGraph graph,
            JavaRDD<String> paths,
            DataSetLoader loader,
            MultiDataSetLoader multiLoader) {
        throw new UnsupportedOperationException("minibatches from files are made by WorkerBatches: use executeRound");
    }

    private static UnsupportedOperationException onlyGraphs() {
        return new UnsupportedOperationException("only a SparkComputationGraph can be trained in rounds");
    }
}
