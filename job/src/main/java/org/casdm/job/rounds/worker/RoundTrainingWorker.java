package org.casdm.job.rounds.worker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.StepOutcome;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.state.GraphState;
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
    private transient long fetchedBytes;
    private transient long stateNanos;
    private transient long dataNanos;
    private transient long computeNanos;

    public RoundTrainingWorker(
            RoundStart start,
            GraphFactory graphFactory,
            StepObserver observer,
            Collection<TrainingHook> hooks,
            Collection<TrainingListener> listeners) {
        super(start.configuration(), true, workerConfiguration(start.settings()), null, null, null);
        this.hooks = hooks == null ? new ArrayList<>() : new ArrayList<>(hooks);
        this.start = start;
        this.graphFactory = graphFactory;
        this.observer = observer;
        this.listeners = listeners == null ? new ArrayList<>() : new ArrayList<>(listeners);
    }

    private static WorkerConfiguration workerConfiguration(RoundSettings settings) {
        return new WorkerConfiguration(
                true,
                settings.batchSizePerWorker(),
                settings.batchSizePerWorker(),
                settings.averagingFrequency(),
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
        fetchedBytes = start.sources()
                .load(
                        StateExchange.ofRun(start.runId()),
                        state,
                        workerIndex,
                        start.settings().workers());
        state.written();
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
        if (steps.size() != start.settings().averagingFrequency()) {
            throw new IllegalStateException("worker " + workerIndex + " got " + steps.size()
                    + " minibatches for a round of " + start.settings().averagingFrequency());
        }
        stepper.store();
        GraphState state = GraphState.of(graph, start.settings().blockFloats());
        state.bringToHost();
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
                fetchedBytes);
        return new RoundTrainingResult(state, lastScore, report);
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
