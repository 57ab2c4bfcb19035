package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.SkippedState;
import org.casdm.job.rounds.step.SkippedStep;
import org.casdm.job.rounds.step.StepObservation;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.step.StepStatistics;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** A worker's step whose loss or gradient is not finite is as if it had not been, for that worker alone. */
class SkippedStepsIT {

    private static final int BATCH = 4;
    private static final int BAD_STEP = 1;
    private static final int BAD_WORKER = 1;

    private static final AtomicBoolean FAILED = new AtomicBoolean();

    private static JavaSparkContext context;

    @BeforeAll
    static void startSpark() {
        context = new JavaSparkContext(LocalCluster.inThisJvm("local[2,3]"));
    }

    @AfterAll
    static void stopSpark() {
        context.stop();
    }

    /** Minibatches of which one of one worker has a value that is not good. */
    private record OneBad(float value, boolean inLabels) implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext workerContext) {
            return step -> {
                var batch = Toy.batch(step, workerContext.workerIndex(), BATCH);
                if (step == BAD_STEP && workerContext.workerIndex() == BAD_WORKER) {
                    (inLabels ? batch.getLabels(0) : batch.getFeatures(0)).putScalar(0, 0, value);
                }
                return batch;
            };
        }
    }

    private static RoundResult round(
            ComputationGraph graph, int workers, int steps, WorkerBatches batches, StepObserver observer) {
        try (var master = new RoundTrainingMaster(
                RoundSettings.of(workers, steps, BATCH, 1), GraphFactory.fromConfiguration(), observer)) {
            return master.executeRound(new SparkComputationGraph(context, graph, master), batches, 0);
        }
    }

    /** The three steps of a worker, without the bad one. */
    private static ComputationGraph plain(IUpdater updater, int worker) {
        var graph = Toy.graph(updater);
        for (int step = 0; step < 3; step++) {
            if (step != BAD_STEP || worker != BAD_WORKER) {
                graph.getConfiguration().setIterationCount(step);
                graph.fit(Toy.batch(step, worker, BATCH));
            }
        }
        return graph;
    }

    private static INDArray mean(INDArray one, INDArray other) {
        // In double precision, as rounds take it.
        return one.castTo(DataType.DOUBLE)
                .add(other.castTo(DataType.DOUBLE))
                .mul(0.5)
                .castTo(DataType.FLOAT);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, 1e30f})
    void oneWorkerLeavesItOutAndTheOthersGoOn(float value) {
        var adam = new Adam(0.01);
        var graph = Toy.graph(adam);
        var result = round(graph, 2, 3, new OneBad(value, true), StepObserver.scoreOnly());

        var one = plain(adam, 0);
        var other = plain(adam, BAD_WORKER);
        assertThat(graph.params()).isEqualTo(mean(one.params(), other.params()));
        assertThat(graph.getUpdater().getStateViewArray())
                .isEqualTo(mean(
                        one.getUpdater().getStateViewArray(), other.getUpdater().getStateViewArray()));

        assertThat(result.skippedSteps()).singleElement().satisfies(step -> {
            assertThat(step.step()).isEqualTo(BAD_STEP);
            assertThat(step.workerIndex()).isEqualTo(BAD_WORKER);
            assertThat(step.executorId()).isEqualTo("driver");
            assertThat(step.score()).isNotFinite();
            assertThat(step.kept()).isEmpty();
        });
        assertThat(result.workers().get(BAD_WORKER).steps())
                .extracting(StepStatistics::skipped)
                .containsExactly(false, true, false);
        assertThat(result.takenSteps()).hasSize(5).allSatisfy(step -> {
            assertThat(step.score()).isFinite();
            assertThat(step.gradientNorm()).isPositive().isFinite();
        });
        assertThat(result.meanScore()).isFinite();
        assertThat(result.images()).isEqualTo(6 * BATCH);
    }

    @Test
    void anOptimizerWithoutStateSkipsToo() {
        var sgd = new Sgd(0.1);
        var graph = Toy.graph(sgd);
        round(graph, 2, 3, new OneBad(Float.NaN, false), StepObserver.scoreOnly());
        assertThat(graph.params())
                .isEqualTo(mean(plain(sgd, 0).params(), plain(sgd, BAD_WORKER).params()));
    }

    @Test
    void aRoundOfNothingButSuchStepsChangesNothing() {
        var graph = Toy.graph(new Adam(0.01));
        round(graph, 2, 1, new Toy.Batches(BATCH), StepObserver.scoreOnly());
        var before = Toy.outcome(graph, List.of());

        var result = round(
                graph,
                2,
                2,
                workerContext -> step -> {
                    var batch = Toy.batch(step, workerContext.workerIndex(), BATCH);
                    batch.getFeatures(0).putScalar(0, 0, Float.NaN);
                    return batch;
                },
                StepObserver.scoreOnly());

        var after = Toy.outcome(graph, List.of());
        assertThat(after.parameters()).containsExactly(before.parameters());
        assertThat(after.updaterState()).containsExactly(before.updaterState());
        assertThat(result.skippedSteps()).hasSize(4);
        assertThat(result.meanScore()).isNaN();
        assertThat(graph.getIterationCount()).isEqualTo(2);
    }

    /** The first attempt of the bad worker fails after the step that it skips. */
    private record FailingOnce(OneBad batches) implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext workerContext) throws IOException {
            var source = batches.open(workerContext);
            return step -> {
                if (step == BAD_STEP + 1
                        && workerContext.workerIndex() == BAD_WORKER
                        && FAILED.compareAndSet(false, true)) {
                    throw new IOException("broken on purpose");
                }
                return source.batch(step);
            };
        }
    }

    @Test
    void retriedTask_skipsTheSameSteps() {
        var batches = new OneBad(Float.NaN, true);
        var undisturbed = Toy.graph(new Adam(0.01));
        round(undisturbed, 2, 3, batches, StepObserver.scoreOnly());

        FAILED.set(false);
        var graph = Toy.graph(new Adam(0.01));
        var result = round(graph, 2, 3, new FailingOnce(batches), StepObserver.scoreOnly());

        assertThat(FAILED).isTrue();
        assertThat(result.workers().get(BAD_WORKER).attempt()).isEqualTo(1);
        assertThat(result.skippedSteps()).hasSize(1);
        assertThat(graph.params()).isEqualTo(undisturbed.params());
        assertThat(graph.getUpdater().getStateViewArray())
                .isEqualTo(undisturbed.getUpdater().getStateViewArray());
    }

    /** Keeps by saying what it saw. */
    private record Describing() implements StepObserver {

        @Override
        public StepObservation observe(ComputationGraph graph) {
            return StepObservation.of();
        }

        @Override
        public Optional<String> keep(SkippedState state) throws IOException {
            if (state.step() > 1) {
                throw new IOException("the disk is full");
            }
            boolean gradientSeen = Float.isNaN(
                    state.graph().getFlattenedGradients().sumNumber().floatValue());
            boolean minibatchSeen = Float.isNaN(state.minibatch().getLabels(0).getFloat(0, 0));
            return Optional.of("step " + state.step() + " " + gradientSeen + " " + minibatchSeen);
        }
    }

    @Test
    void theObserverSeesWhatLedToTheStepAndMayFail() {
        var graph = Toy.graph(new Adam(0.01));
        var seen = round(graph, 2, 3, new OneBad(Float.NaN, true), new Describing());
        assertThat(seen.skippedSteps()).extracting(SkippedStep::kept).containsExactly("step 1 true true");

        var failed = round(
                graph,
                1,
                3,
                workerContext -> step -> {
                    var batch = Toy.batch(step, 0, BATCH);
                    if (step == 2) {
                        batch.getLabels(0).putScalar(0, 0, Float.NaN);
                    }
                    return batch;
                },
                new Describing());
        assertThat(failed.skippedSteps())
                .extracting(SkippedStep::kept)
                .containsExactly("could not be kept: the disk is full");
    }
}
