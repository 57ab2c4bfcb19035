package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.StepObservation;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.step.StepStatistics;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

class RoundTrainingMasterIT {

    private static final int BATCH = 4;

    private static JavaSparkContext context;

    /** Which workers have failed already, and how many graphs were built: tasks of local mode see these. */
    private static final Set<Integer> FAILED = ConcurrentHashMap.newKeySet();

    private static final AtomicInteger BUILT = new AtomicInteger();
    /** Graphs are freed on threads of their own. */
    private static final Semaphore CLOSED = new Semaphore(0);

    @BeforeAll
    static void startSpark() {
        context = new JavaSparkContext(LocalCluster.inThisJvm("local[4,3]")
                .set("spark.driver.maxResultSize", "64k")
                .set("spark.casdm.io.retryWait", "1ms"));
    }

    @AfterAll
    static void stopSpark() {
        context.stop();
    }

    @BeforeEach
    void forget() {
        FAILED.clear();
        BUILT.set(0);
        CLOSED.drainPermits();
    }

    private static Toy.Outcome train(
            RoundSettings settings, ComputationGraph graph, WorkerBatches batches, int rounds) {
        try (var master = new RoundTrainingMaster(settings)) {
            return Toy.train(master, new SparkComputationGraph(context, graph, master), batches, rounds);
        }
    }

    private static void assertSame(Toy.Outcome actual, Toy.Outcome expected) {
        assertThat(actual.parameters()).containsExactly(expected.parameters());
        assertThat(actual.updaterState()).containsExactly(expected.updaterState());
    }

    @Test
    void oneWorkerEqualsPlainTrainingBitForBit() {
        IUpdater adam = new Adam(0.01);
        ComputationGraph plain = Toy.graph(adam);
        float[] initial = plain.params().toFloatVector();
        for (int step = 0; step < 30; step++) {
            plain.fit(Toy.batch(step, 0, BATCH));
        }

        var rounds = train(RoundSettings.of(1, 1, BATCH, 1), Toy.graph(adam), new Toy.Batches(BATCH), 30);

        assertSame(rounds, Toy.outcome(plain, List.of()));
        assertThat(rounds.parameters()).isNotEqualTo(initial);
        assertThat(rounds.updaterState()).hasSize(2 * 53);
    }

    @Test
    void oneWorkerWithSeveralStepsARoundEqualsPlainTrainingBitForBit() {
        IUpdater adam = new Adam(0.01);
        ComputationGraph plain = Toy.graph(adam);
        for (int step = 0; step < 15; step++) {
            plain.fit(Toy.batch(step, 0, BATCH));
        }

        ComputationGraph graph = Toy.graph(adam);
        var rounds = train(RoundSettings.of(1, 5, BATCH, 1).withBlockFloats(7), graph, new Toy.Batches(BATCH), 3);

        assertSame(rounds, Toy.outcome(plain, List.of()));
        assertThat(graph.getIterationCount()).isEqualTo(15);
        assertThat(rounds.rounds().get(2).firstStep()).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void workersWithOneStepEqualOneStepOnAllTheirBatches(int workers) {
        IUpdater sgd = new Sgd(0.1);
        ComputationGraph plain = Toy.graph(sgd);
        var scores = new ArrayList<Double>();
        for (int step = 0; step < 10; step++) {
            int current = step;
            plain.fit(MultiDataSet.merge(IntStream.range(0, workers)
                    .mapToObj(worker -> Toy.batch(current, worker, BATCH))
                    .toList()));
            scores.add(plain.score());
        }

        var rounds = train(RoundSettings.of(workers, 1, BATCH, 1), Toy.graph(sgd), new Toy.Batches(BATCH), 10);

        assertThat(rounds.parameters()).containsExactly(plain.params().toFloatVector(), within(1e-6f));
        assertThat(rounds.updaterState()).isEmpty();
        assertThat(rounds.rounds())
                .extracting(RoundResult::meanScore)
                .zipSatisfy(scores, (actual, expected) -> assertThat(actual).isCloseTo(expected, within(1e-6)));
    }

    @Test
    void averagesParametersAndUpdaterState() {
        IUpdater adam = new Adam(0.01);
        var parts = IntStream.range(0, 3)
                .mapToObj(worker -> {
                    ComputationGraph graph = Toy.graph(adam);
                    graph.fit(Toy.batch(0, worker, BATCH));
                    graph.fit(Toy.batch(1, worker, BATCH));
                    return Toy.outcome(graph, List.of());
                })
                .toList();

        var round = train(RoundSettings.of(3, 2, BATCH, 1), Toy.graph(adam), new Toy.Batches(BATCH), 1);

        assertThat(round.parameters())
                .containsExactly(
                        mean(parts.stream().map(Toy.Outcome::parameters).toList()));
        assertThat(round.updaterState())
                .containsExactly(
                        mean(parts.stream().map(Toy.Outcome::updaterState).toList()));
    }

    private static float[] mean(List<float[]> vectors) {
        var mean = new float[vectors.get(0).length];
        for (int i = 0; i < mean.length; i++) {
            int index = i;
            mean[i] = (float)
                    (vectors.stream().mapToDouble(vector -> vector[index]).sum() / vectors.size());
        }
        return mean;
    }

    @Test
    void blockSizeDoesNotMatter() {
        IUpdater adam = new Adam(0.01);
        var large = train(RoundSettings.of(3, 2, BATCH, 1), Toy.graph(adam), new Toy.Batches(BATCH), 3);
        for (int blockFloats : new int[] {1, 7, 53, 54}) {
            assertSame(
                    train(
                            RoundSettings.of(3, 2, BATCH, 1).withBlockFloats(blockFloats),
                            Toy.graph(adam),
                            new Toy.Batches(BATCH),
                            3),
                    large);
        }
    }

    /** The state is 192 kB, results are limited to 64 kB. */
    @Test
    void statesAreNotBoundBySparksResultLimit() {
        IUpdater adam = new Adam(0.01);
        ComputationGraph plain = Toy.graph(adam, 1600, 1);
        plain.fit(Toy.batch(0, 0, BATCH));

        var round = train(
                RoundSettings.of(1, 1, BATCH, 1).withBlockFloats(3000),
                Toy.graph(adam, 1600, 1),
                new Toy.Batches(BATCH),
                1);

        assertSame(round, Toy.outcome(plain, List.of()));
        assertThat(round.rounds().get(0).workers()).hasSize(1);
    }

    @Test
    void aFailedAttemptChangesNothing() {
        IUpdater adam = new Adam(0.01);
        var settings = RoundSettings.of(3, 3, BATCH, 1).withBlockFloats(16);
        var expected = train(settings, Toy.graph(adam, 5, 0.7), new Toy.Batches(BATCH), 3);

        var actual = train(settings, Toy.graph(adam, 5, 0.7), new FailingOnce(5), 3);

        assertSame(actual, expected);
        assertThat(FAILED).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(actual.rounds().get(1).workers())
                .extracting(WorkerReport::attempt)
                .containsExactly(1, 1, 1);
        assertThat(actual.rounds().get(1).images()).isEqualTo(3 * 3 * BATCH);
    }

    /** Every worker's first attempt at a step fails, after it has taken steps. */
    private record FailingOnce(long failingStep) implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext context) {
            return step -> {
                if (step == failingStep && FAILED.add(context.workerIndex())) {
                    throw new IOException("broken on purpose");
                }
                return Toy.batch(step, context.workerIndex(), BATCH);
            };
        }
    }

    @Test
    void aFailedRoundLeavesTheGraphAsItWas() {
        ComputationGraph graph = Toy.graph(new Adam(0.01));
        try (var master = new RoundTrainingMaster(RoundSettings.of(2, 2, BATCH, 1))) {
            var sparkGraph = new SparkComputationGraph(context, graph, master);
            var before = Toy.train(master, sparkGraph, new Toy.Batches(BATCH), 2);
            assertThatThrownBy(() -> master.executeRound(sparkGraph, new FailingAlways(), 4))
                    .hasMessageContaining("unreadable on purpose");
            assertSame(Toy.outcome(graph, List.of()), before);
            assertThat(graph.getIterationCount()).isEqualTo(4);
        }
    }

    @Test
    void aStateThatIsReplacedBetweenRoundsIsNoticed() {
        IUpdater adam = new Adam(0.01);
        var settings = RoundSettings.of(2, 1, BATCH, 1).withBlockFloats(16);
        ComputationGraph graph = Toy.graph(adam);
        try (var master = new RoundTrainingMaster(settings)) {
            var sparkGraph = new SparkComputationGraph(context, graph, master);
            var first = Toy.train(master, sparkGraph, new Toy.Batches(BATCH), 1);
            Toy.train(master, sparkGraph, new Toy.Batches(BATCH), 3);
            var straight = Toy.outcome(graph, List.of());

            graph.params().assign(Nd4j.createFromArray(first.parameters()));
            graph.getUpdater().getStateViewArray().assign(Nd4j.createFromArray(first.updaterState()));
            graph.getConfiguration().setIterationCount(1);
            assertSame(Toy.train(master, sparkGraph, new Toy.Batches(BATCH), 3), straight);
        }
    }

    private record FailingAlways() implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext context) throws IOException {
            throw new IOException("unreadable on purpose");
        }
    }

    @Test
    void aResumedRunContinuesAsIfNeverStopped() {
        IUpdater adam = new Adam(0.01);
        var settings = RoundSettings.of(2, 2, BATCH, 1);
        var whole = train(settings, Toy.graph(adam, 5, 0.7), new Toy.Batches(BATCH), 4);

        var half = train(settings, Toy.graph(adam, 5, 0.7), new Toy.Batches(BATCH), 2);
        ComputationGraph resumed = Toy.graph(adam, 5, 0.7);
        resumed.params().assign(Nd4j.createFromArray(half.parameters()));
        resumed.getUpdater().getStateViewArray().assign(Nd4j.createFromArray(half.updaterState()));
        resumed.getConfiguration().setIterationCount(4);

        assertSame(train(settings, resumed, new Toy.Batches(BATCH), 2), whole);
        assertThat(train(settings, Toy.graph(adam, 5, 1), new Toy.Batches(BATCH), 4)
                        .parameters())
                .as("without dropout")
                .isNotEqualTo(whole.parameters());
    }

    @Test
    void takesAnRddOfOnePartitionAWorker() {
        IUpdater adam = new Adam(0.01);
        var settings = RoundSettings.of(2, 3, BATCH, 1);
        var expected = train(settings, Toy.graph(adam), new Toy.Batches(BATCH), 1);

        ComputationGraph graph = Toy.graph(adam);
        try (var master = new RoundTrainingMaster(settings)) {
            var sparkGraph = new SparkComputationGraph(context, graph, master);
            var data = new ArrayList<org.nd4j.linalg.dataset.api.MultiDataSet>();
            for (int worker = 0; worker < 2; worker++) {
                for (int step = 0; step < 3; step++) {
                    data.add(Toy.batch(step, worker, BATCH));
                }
            }
            sparkGraph.fitMultiDataSet(context.parallelize(data, 2));
            assertSame(Toy.outcome(graph, List.of()), expected);
            assertThat(graph.getIterationCount()).isEqualTo(3);
            assertThat(graph.getEpochCount()).isEqualTo(1);

            assertThatThrownBy(() -> sparkGraph.fitMultiDataSet(context.parallelize(data, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3 partitions");
            assertThatThrownBy(() -> sparkGraph.fitMultiDataSet(context.parallelize(data.subList(0, 4), 2)))
                    .hasMessageContaining("got 2 minibatches for a round of 3");
            data.addAll(List.copyOf(data));
            assertThatThrownBy(() -> sparkGraph.fitMultiDataSet(context.parallelize(data, 2)))
                    .hasMessageContaining("more minibatches than a round's 3");
        }
    }

    @Test
    void refusesMinibatchesOfAnotherSize() {
        assertThatThrownBy(() ->
                        train(RoundSettings.of(1, 1, BATCH + 1, 1), Toy.graph(new Sgd(0.1)), new Toy.Batches(BATCH), 1))
                .hasMessageContaining("has 4 examples instead of 5");
    }

    @Test
    void reportsWhatTheObserverSaw() {
        try (var master = new RoundTrainingMaster(
                RoundSettings.of(2, 2, BATCH, 1), GraphFactory.fromConfiguration(), new ScoreAndIteration())) {
            var sparkGraph = new SparkComputationGraph(context, Toy.graph(new Adam(0.01)), master);
            Toy.train(master, sparkGraph, new Toy.Batches(BATCH), 1);
            RoundResult result = master.executeRound(sparkGraph, new Toy.Batches(BATCH), 2);

            assertThat(result.workers()).extracting(WorkerReport::workerIndex).containsExactly(0, 1);
            for (WorkerReport worker : result.workers()) {
                assertThat(worker.steps()).extracting(StepStatistics::step).containsExactly(2L, 3L);
                assertThat(worker.steps()).extracting(StepStatistics::images).containsOnly((long) BATCH);
                for (StepStatistics step : worker.steps()) {
                    assertThat(step.lossTerms()).containsExactly(step.score(), step.step() + 1);
                    assertThat(step.gradientNorm()).isPositive();
                }
                assertThat(worker.computeSeconds()).isPositive();
                assertThat(worker.stateSeconds()).isPositive();
            }
            assertThat(sparkGraph.getScore()).isEqualTo(result.meanScore()).isPositive();
        }
    }

    private record ScoreAndIteration() implements StepObserver {

        @Override
        public StepObservation observe(ComputationGraph graph) {
            return new StepObservation(new double[] {graph.score(), graph.getIterationCount()}, new double[] {7});
        }
    }

    @Test
    void buildsGraphsOnceAndReleasesThem() throws InterruptedException {
        try (var master = new RoundTrainingMaster(
                RoundSettings.of(3, 1, BATCH, 1), new CountingFactory(), StepObserver.scoreOnly())) {
            Toy.train(
                    master,
                    new SparkComputationGraph(context, Toy.graph(new Adam(0.01)), master),
                    new Toy.Batches(BATCH),
                    12);
            assertThat(BUILT.get()).isBetween(1, 4);
            assertThat(CLOSED.availablePermits()).isZero();
        }
        assertThat(CLOSED.tryAcquire(BUILT.get(), 5, TimeUnit.MINUTES)).isTrue();
    }

    private static final class CountingGraph extends ComputationGraph {

        CountingGraph(ComputationGraphConfiguration configuration) {
            super(configuration);
        }

        @Override
        public void close() {
            super.close();
            CLOSED.release();
        }
    }

    private record CountingFactory() implements GraphFactory {

        @Override
        public ComputationGraph build(
                ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoopConfiguration)
                throws IOException {
            BUILT.incrementAndGet();
            var graph = new CountingGraph(configuration);
            graph.init(parameters, false);
            return graph;
        }
    }
}
