package org.casdm.job.rounds.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.StepOutcome;
import org.casdm.job.rounds.exchange.NativeBlocks;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.casdm.job.rounds.state.Float16Differences;
import org.casdm.job.rounds.state.GraphState;
import org.casdm.job.rounds.state.KeptState;
import org.casdm.job.rounds.state.StateCopy;
import org.casdm.job.rounds.step.EngineStepper;
import org.casdm.job.rounds.step.FitStepper;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.GraphStepper;
import org.casdm.job.rounds.step.SkippedState;
import org.casdm.job.rounds.step.SkippedStep;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.step.StepStatistics;
import org.casdm.optimizer.GuardedUpdater;
import org.casdm.random.CounterRandom;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * dl4j-spark's worker, with these differences: the graph is taken from the JVM's pool and not built; its numbers come
 * block by block from where they were averaged and not from a broadcast; the iteration count, from which Adam's bias
 * correction is computed, is the round's first step; ND4J's random numbers are seeded anew in each step; a step whose
 * loss or gradient is not finite is skipped; statistics of each step go into the result; an engine may take
 * the steps in the graph's place, which then only holds the state. {@code fit} and listeners are DL4J's.
 */
public final class RoundTrainingWorker extends ParameterAveragingTrainingWorker {

    /** DL4J's prefetching thread leaves the training one waiting for ever when a minibatch cannot be made. */
    private static final int NO_PREFETCHING = 0;

    private static final long serialVersionUID = 1L;

    private final RoundStart start;
    private final GraphFactory graphFactory;
    private final StepObserver observer;
    private final ArrayList<TrainingHook> hooks;
    private final ArrayList<TrainingListener> listeners;

    private transient GraphSlot slot;
    private transient GraphStepper stepper;
    private transient Supplier<Optional<MultiDataSet>> nextMinibatch;
    private transient double lastScore;
    private transient int workerIndex;
    private transient int attempt;
    private transient List<StepStatistics> steps;
    private transient List<SkippedStep> skippedSteps;
    private transient long lastEvent;
    private transient KeptState.Loaded loaded;
    /** What the last float16 differences could not hold; null where there is nothing of that kind. */
    private transient KeptState.Errors errors;
    /** The parameters at the round's start; null where differences to it do not travel. */
    private transient StateCopy before;

    private transient long stateNanos;
    private transient long dataNanos;
    private transient long computeNanos;

    public RoundTrainingWorker(
            RoundStart start,
            GraphFactory graphFactory,
            StepObserver observer,
            Collection<TrainingHook> hooks,
            Collection<TrainingListener> listeners) {
        super(start.configuration(), true, workerConfiguration(start), null, null, null);
        this.hooks = hooks == null ? new ArrayList<>() : new ArrayList<>(hooks);
        this.start = start;
        this.graphFactory = graphFactory;
        this.observer = observer;
        this.listeners = listeners == null ? new ArrayList<>() : new ArrayList<>(listeners);
    }

    private static WorkerConfiguration workerConfiguration(RoundStart start) {
        return new WorkerConfiguration(
                true,
                start.settings().batchSizePerWorker(),
                start.settings().batchSizePerWorker(),
                start.plan().steps(),
                NO_PREFETCHING,
                false);
    }

    EngineRequest engine() {
        return graphFactory.engine();
    }

    RoundStart start() {
        return start;
    }

    /** Prepares for one task. */
    void begin(int index, TaskContext task, GraphSlot graphSlot) {
        workerIndex = index;
        attempt = task.attemptNumber();
        slot = graphSlot;
        steps = new ArrayList<>();
        skippedSteps = new ArrayList<>();
        lastEvent = System.nanoTime();
        stateNanos = 0;
        dataNanos = 0;
        computeNanos = 0;
        errors = null;
        before = null;
    }

    /** Says where this task's minibatches are to be had early. */
    void ahead(Supplier<Optional<MultiDataSet>> next) {
        nextMinibatch = next;
    }

    /** The pool's graph, holding the round's starting state. */
    @Override
    public ComputationGraph getInitialModelGraph() {
        final ComputationGraph graph;
        try {
            graph = slot.graph(this::build);
            stepper = slot.stepper(() -> makeStepper(graph));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(
                    "cannot build the graph of worker " + workerIndex + ": " + e.getMessage(), e);
        }
        readState(GraphState.of(graph, start.settings().blockFloats()));
        graph.getConfiguration().setIterationCount(Math.toIntExact(start.firstStep()));
        graph.getConfiguration().setEpochCount(start.epoch());
        graph.setListeners(listeners);
        stepper.load();
        stepper.ahead(nextMinibatch);
        stateNanos += nanosSinceLastEvent();
        return graph;
    }

    private GraphStepper makeStepper(ComputationGraph graph) throws IOException {
        var step = graphFactory.trainingStep(
                graph, slot.computer(), start.hadoopConfiguration().value().value());
        return step.isPresent()
                ? new EngineStepper(graph, GraphState.of(graph, start.settings().blockFloats()), step.get(), observer)
                : new FitStepper(graph, observer);
    }

    private ComputationGraph build() throws Exception {
        ComputationGraphConfiguration configuration =
                start.configuration().value().getGraphConfiguration().clone();
        var parameters = Nd4j.create(DataType.FLOAT, 1, start.layout().parameterFloats());
        ComputationGraph graph = graphFactory.build(
                configuration, parameters, start.hadoopConfiguration().value().value());
        if (graph.params().data() != parameters.data()
                && !graph.params().data().sameUnderlyingData(parameters.data())) {
            throw new IllegalStateException(
                    graphFactory.getClass().getName() + " built a graph that does not use the given parameter array");
        }
        long updaterFloats = start.layout().updaterFloats();
        graph.setUpdater(
                new GuardedUpdater(graph, updaterFloats > 0 ? Nd4j.create(DataType.FLOAT, updaterFloats) : null));
        return graph;
    }

    private void readState(GraphState state) {
        if (!state.layout().equals(start.layout())) {
            throw new IllegalStateException(
                    "the worker's graph has the state " + state.layout() + ", the driver's " + start.layout());
        }
        state.bringToHost();
        var exchange = StateExchange.ofRun(start.runId());
        loaded = start.sources()
                .load(exchange, state, workerIndex, start.settings().workers());
        state.written();
        if (start.plan().float16() || start.sources().kept().float16()) {
            errors = start.sources().kept().errors(exchange, state.layout(), workerIndex);
        }
        if (start.plan().float16()) {
            before = StateCopy.room(state.layout(), exchange.blocks(), Section.START);
            state.layout()
                    .range(Section.PARAMETERS)
                    .indices()
                    .forEach(block -> before.block(state.layout().beside(Section.START, block))
                            .put(state.block(block)));
        }
    }

    /** Gives back what a failed attempt holds. */
    void discard() {
        if (errors != null) {
            errors.close();
        }
        if (before != null) {
            before.close();
            before = null;
        }
    }

    /**
     * What is exposed beside the graph: the differences of the parameters as float16, and what they are made from. Where
     * parameters travel as they are, the errors of earlier differences are added to them.
     */
    private StateCopy beside(GraphState state, StateExchange exchange) {
        if (errors == null) {
            return StateCopy.none(exchange.blocks());
        }
        var layout = state.layout();
        var parameters = layout.range(Section.PARAMETERS).indices();
        if (before == null) {
            parameters.forEach(block ->
                    add(state.block(block), errors.errors().block(layout.beside(Section.ROUNDING_ERROR, block))));
            state.written();
            errors.close();
            return StateCopy.none(exchange.blocks());
        }
        var differences = new Float16Differences();
        var encoded = new TreeMap<Integer, NativeBlocks.Block>();
        parameters.forEach(block -> {
            var target = exchange.blocks().take(layout.bytes(block, true));
            encoded.put(block, target);
            differences.encode(
                    state.block(block),
                    before.block(layout.beside(Section.START, block)),
                    errors.errors().block(layout.beside(Section.ROUNDING_ERROR, block)),
                    target.bytes());
        });
        var beside =
                new StateCopy(encoded, exchange.blocks()).with(errors.take()).with(before);
        before = null;
        return beside;
    }

    private static void add(ByteBuffer numbers, ByteBuffer others) {
        for (int i = 0; i < numbers.limit(); i += Float.BYTES) {
            numbers.putFloat(i, numbers.getFloat(i) + others.getFloat(i));
        }
    }

    @Override
    public ParameterAveragingTrainingResult processMinibatch(
            MultiDataSet minibatch, ComputationGraph graph, boolean isLast) {
        long step = start.firstStep() + steps.size();
        long images = minibatch.getFeatures(0).size(0);
        if (images != start.settings().batchSizePerWorker()) {
            throw new IllegalStateException("the minibatch of worker " + workerIndex + " at step " + step + " has "
                    + images + " examples instead of " + start.settings().batchSizePerWorker());
        }
        dataNanos += nanosSinceLastEvent();
        hooks.forEach(hook -> hook.preUpdate(minibatch, graph));
        var result = stepper.step(
                minibatch,
                step,
                seedOf(start.settings().seed(), step, workerIndex),
                outcome -> noteSkipped(step, outcome, graph, minibatch));
        hooks.forEach(hook -> hook.postUpdate(minibatch, graph));
        steps.add(new StepStatistics(
                step,
                images,
                result.outcome().score(),
                result.observation().lossTerms(),
                result.outcome().gradientNorm(),
                result.observation().ofImages(),
                result.observation().losses(),
                result.outcome().skipped()));
        lastScore = result.outcome().score();
        computeNanos += nanosSinceLastEvent();
        return isLast ? getFinalResult(graph) : null;
    }

    private void noteSkipped(long step, StepOutcome outcome, ComputationGraph graph, MultiDataSet minibatch) {
        String executor = SparkEnv.get().executorId();
        String kept = "";
        if (skippedSteps.isEmpty()) {
            try {
                kept = observer.keep(new SkippedState(
                                step,
                                workerIndex,
                                executor,
                                outcome,
                                graph,
                                minibatch,
                                start.hadoopConfiguration().value().value()))
                        .orElse("");
            } catch (IOException e) {
                // Storage that fails is no reason to lose the round; the driver tells.
                kept = "could not be kept: " + e.getMessage();
            }
        }
        skippedSteps.add(new SkippedStep(step, workerIndex, executor, outcome.score(), outcome.gradientNorm(), kept));
    }

    @Override
    public ParameterAveragingTrainingResult getFinalResult(ComputationGraph graph) {
        if (steps.size() != start.plan().steps()) {
            throw new IllegalStateException("worker " + workerIndex + " got " + steps.size()
                    + " minibatches for a round of " + start.plan().steps());
        }
        stepper.store();
        GraphState state = GraphState.of(graph, start.settings().blockFloats());
        state.bringToHost();
        var beside = beside(state, StateExchange.ofRun(start.runId()));
        stateNanos += nanosSinceLastEvent();
        var report = new WorkerReport(
                workerIndex,
                SparkEnv.get().executorId(),
                attempt,
                steps,
                skippedSteps,
                seconds(stateNanos),
                seconds(dataNanos),
                seconds(computeNanos),
                errors == null ? loaded.moved() : loaded.moved().plus(errors.moved()),
                loaded.momentsOf(),
                errors != null && errors.lost());
        return new RoundTrainingResult(state, beside, lastScore, report);
    }

    private long nanosSinceLastEvent() {
        long now = System.nanoTime();
        long nanos = now - lastEvent;
        lastEvent = now;
        return nanos;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    /** Steps of one worker, and workers of one step, get seeds that have nothing to do with each other. */
    static long seedOf(long seed, long step, int worker) {
        return CounterRandom.hash(CounterRandom.hash(CounterRandom.hash(seed) + step) + worker);
    }
}
