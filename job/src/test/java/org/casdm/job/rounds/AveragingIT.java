package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** The switches of averaging, each against training by hand. */
class AveragingIT {

    static final int BATCH = 4;
    private static final OuterOptimizer NESTEROV = new OuterOptimizer(0.7, 0.9);

    private static JavaSparkContext context;

    @BeforeAll
    static void startSpark() {
        context = new JavaSparkContext(LocalCluster.inThisJvm("local[3]").set("spark.casdm.io.retryWait", "1ms"));
    }

    @AfterAll
    static void stopSpark() {
        context.stop();
    }

    static List<Averaging> switches() {
        return List.of(
                new Averaging(0, NESTEROV, false, false),
                new Averaging(0, OuterOptimizer.NONE, true, false),
                new Averaging(0, NESTEROV, true, false),
                new Averaging(3, NESTEROV, true, false),
                new Averaging(0, OuterOptimizer.NONE, false, true),
                new Averaging(2, NESTEROV, true, true),
                Averaging.PLAIN.withWorkersPerHost(2),
                new Averaging(0, NESTEROV, false, false, 2),
                new Averaging(2, NESTEROV, true, true, 2));
    }

    static ComputationGraph graph() {
        return Toy.graph(new Adam(0.01), 5, 0.7);
    }

    static RoundSettings settings(int workers, int period, Averaging averaging) {
        return RoundSettings.of(workers, period, BATCH, 1).withBlockFloats(10).withAveraging(averaging);
    }

    private static Toy.Outcome train(RoundSettings settings, WorkerBatches batches, int rounds, int wholeEvery) {
        return train(Toy.master(settings, graph()), graph(), batches, rounds, wholeEvery);
    }

    private static Toy.Outcome train(
            RoundTrainingMaster master, ComputationGraph graph, WorkerBatches batches, int rounds, int wholeEvery) {
        try (master) {
            return Toy.train(master, new SparkComputationGraph(context, graph, master), batches, rounds, wholeEvery);
        }
    }

    private static void assertSame(Toy.Outcome actual, Toy.Outcome expected) {
        assertThat(actual.parameters()).containsExactly(expected.parameters());
        assertThat(actual.updaterState()).containsExactly(expected.updaterState());
    }

    /** Workers whose minibatches are the first one's; without dropout their steps are the same. */
    private record EqualBatches() implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext worker) {
            return step -> Toy.batch(step, 0, BATCH);
        }
    }

    @ParameterizedTest
    @MethodSource("switches")
    void workersWithEqualBatches_areOneWorker(Averaging averaging) {
        var one = settings(1, 2, averaging);
        var three = settings(3, 2, averaging);
        var updater = new Adam(0.01);
        assertSame(
                train(Toy.master(three, Toy.graph(updater)), Toy.graph(updater), new EqualBatches(), 6, 3),
                train(Toy.master(one, Toy.graph(updater)), Toy.graph(updater), new EqualBatches(), 6, 3));
    }

    @Test
    void outerStepOfOneWithoutMomentum_isPlainAveraging() {
        assertSame(
                train(
                        settings(3, 2, new Averaging(0, new OuterOptimizer(1, 0), false, false)),
                        new Toy.Batches(BATCH),
                        3,
                        1),
                train(settings(3, 2, Averaging.PLAIN), new Toy.Batches(BATCH), 3, 1));
    }

    @Test
    void warmup_averagesEachStepAsPlainRoundsDo() {
        var averaging = new Averaging(4, NESTEROV, true, false);
        var warm = train(settings(3, 2, averaging), new Toy.Batches(BATCH), 4, 9);
        assertSame(warm, train(settings(3, 1, Averaging.PLAIN), new Toy.Batches(BATCH), 4, 1));
        var further = train(settings(3, 2, averaging), new Toy.Batches(BATCH), 6, 9);
        assertThat(further.rounds()).extracting(RoundResult::steps).containsExactly(1, 1, 1, 1, 2, 2);
        assertThat(further.rounds()).extracting(RoundResult::firstStep).containsExactly(0L, 1L, 2L, 3L, 4L, 6L);
    }

    /** Workers by hand: DL4J's fit, then the average, and the outer step as Sutskever et al. have it. */
    private static final class ByHand {

        private final List<ComputationGraph> workers;
        private final float[] momentum;
        private float[] start;

        ByHand(int count) {
            workers = IntStream.range(0, count)
                    .mapToObj(worker -> Toy.graph(new Adam(0.01)))
                    .toList();
            start = workers.get(0).params().toFloatVector();
            momentum = new float[start.length];
        }

        void round(int firstStep, int steps, boolean outer, boolean moments) {
            for (int worker = 0; worker < workers.size(); worker++) {
                for (int step = firstStep; step < firstStep + steps; step++) {
                    workers.get(worker).fit(Toy.batch(step, worker, BATCH));
                }
            }
            var mean = mean(ComputationGraph::params);
            for (int i = 0; outer && i < mean.length; i++) {
                double gradient = (double) start[i] - mean[i];
                momentum[i] = (float) (0.9 * momentum[i] + gradient);
                mean[i] = (float) (start[i] - 0.7 * (gradient + 0.9 * momentum[i]));
            }
            start = mean;
            var updaterState = mean(ByHand::updaterState);
            for (ComputationGraph graph : workers) {
                graph.params().assign(Nd4j.createFromArray(start));
                if (moments) {
                    updaterState(graph).assign(Nd4j.createFromArray(updaterState));
                }
            }
        }

        static INDArray updaterState(ComputationGraph graph) {
            return graph.getUpdater().getStateViewArray();
        }

        float[] mean(Function<ComputationGraph, INDArray> part) {
            var sum = new double[part.apply(workers.get(0)).toFloatVector().length];
            for (ComputationGraph graph : workers) {
                float[] values = part.apply(graph).toFloatVector();
                Arrays.setAll(sum, i -> sum[i] + values[i]);
            }
            var mean = new float[sum.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (sum[i] / workers.size());
            }
            return mean;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void roundsAreThoseByHand(boolean keep) {
        var hand = new ByHand(3);
        for (int round = 0; round < 5; round++) {
            hand.round(2 * round, 2, true, !keep || round == 2 || round == 4);
        }
        var settings = settings(3, 2, new Averaging(0, NESTEROV, keep, false));
        var momentum = Nd4j.create((long) hand.start.length);
        ComputationGraph graph = Toy.graph(new Adam(0.01));
        try (var master = Toy.master(settings, momentum)) {
            var spark = new SparkComputationGraph(context, graph, master);
            Toy.train(master, spark, new Toy.Batches(BATCH), 3, 3);
            Toy.train(master, spark, new Toy.Batches(BATCH), 2, 2);
        }
        assertThat(graph.params().toFloatVector()).containsExactly(hand.start);
        assertThat(momentum.toFloatVector()).containsExactly(hand.momentum);
        assertThat(ByHand.updaterState(graph).toFloatVector()).containsExactly(hand.mean(ByHand::updaterState));
    }

    @ParameterizedTest
    @MethodSource("switches")
    void resumedRun_equalsTheUninterruptedOne(Averaging averaging) {
        var settings = settings(3, 2, averaging);
        ComputationGraph whole = graph();
        INDArray wholeMomentum = momentum(averaging, whole);
        train(Toy.master(settings, wholeMomentum), whole, new Toy.Batches(BATCH), 6, 3);

        ComputationGraph half = graph();
        INDArray momentum = momentum(averaging, half);
        train(Toy.master(settings, momentum), half, new Toy.Batches(BATCH), 3, 3);
        ComputationGraph resumed = graph();
        resumed.params().assign(half.params());
        resumed.getUpdater().getStateViewArray().assign(half.getUpdater().getStateViewArray());
        resumed.getConfiguration().setIterationCount(half.getIterationCount());
        train(Toy.master(settings, momentum), resumed, new Toy.Batches(BATCH), 3, 3);

        assertSame(Toy.outcome(resumed, List.of()), Toy.outcome(whole, List.of()));
        assertThat(momentum).isEqualTo(wholeMomentum);
        assertThat(resumed.params()).isNotEqualTo(half.params());
    }

    private static INDArray momentum(Averaging averaging, ComputationGraph graph) {
        return averaging.outer().isNone() ? null : Nd4j.create(graph.numParams());
    }

    @Test
    void groupsOfWorkers_changeOnlyRounding() {
        var plain = train(settings(3, 2, new Averaging(0, NESTEROV, false, false)), new Toy.Batches(BATCH), 5, 1);
        var groups = train(settings(3, 2, new Averaging(0, NESTEROV, false, false, 2)), new Toy.Batches(BATCH), 5, 1);
        assertThat(groups.parameters()).containsExactly(plain.parameters(), within(1e-5f));
        assertThat(groups.updaterState()).containsExactly(plain.updaterState(), within(1e-5f));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9})
    void oneGroupOfAll_isPlainAveraging(int workersPerHost) {
        assertSame(
                train(settings(3, 2, Averaging.PLAIN.withWorkersPerHost(workersPerHost)), new Toy.Batches(BATCH), 3, 1),
                train(settings(3, 2, Averaging.PLAIN), new Toy.Batches(BATCH), 3, 1));
    }

    @Test
    void float16Rounds_followThoseInFloat32() {
        var plain = train(settings(3, 2, new Averaging(0, NESTEROV, true, false)), new Toy.Batches(BATCH), 8, 8);
        var half = train(settings(3, 2, new Averaging(0, NESTEROV, true, true)), new Toy.Batches(BATCH), 8, 8);
        assertThat(half.parameters()).isNotEqualTo(plain.parameters());
        assertThat(half.parameters()).containsExactly(plain.parameters(), within(2e-3f));
    }

    @Test
    void outerOptimizerWithoutMomentum_isRefused() {
        assertThatThrownBy(() -> new RoundTrainingMaster(settings(1, 1, new Averaging(0, NESTEROV, false, false))))
                .hasMessageContaining("needs a momentum");
    }
}
