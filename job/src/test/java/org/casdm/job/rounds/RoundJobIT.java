package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.rounds.exchange.Address;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.casdm.job.rounds.state.GraphState;
import org.casdm.job.rounds.state.KeptState;
import org.casdm.job.rounds.state.StateCopy;
import org.casdm.job.rounds.state.StateSources;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.RoundStart;
import org.casdm.job.rounds.worker.RoundTrainingWorker;
import org.casdm.job.rounds.worker.TrainOnWorkerBatches;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.job.rounds.worker.WorkerResult;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;

/** What happens to a round when executors die between its jobs: states are where nobody is any more. */
class RoundJobIT {

    private static final int WORKERS = 3;
    private static final RoundSettings SETTINGS =
            RoundSettings.of(WORKERS, 2, 4, 1).withBlockFloats(10);
    /** Nobody listens there. */
    private static final Address GONE = new Address("127.0.0.1", 1);

    private static JavaSparkContext context;

    @BeforeAll
    static void startSpark() {
        context = new JavaSparkContext(LocalCluster.inThisJvm("local[2]").set("spark.casdm.io.retryWait", "1ms"));
    }

    @AfterAll
    static void stopSpark() {
        context.stop();
    }

    private final UUID run = UUID.randomUUID();
    private final List<RoundStart> starts = new ArrayList<>();
    private final ComputationGraph graph = Toy.graph(new Adam(0.01));
    private final GraphState state = GraphState.of(graph, SETTINGS.blockFloats());

    private RoundJob.Outcome round(List<BlockPlace> averages, int lostAttempts) {
        var exchange = StateExchange.ofRun(run);
        exchange.expose("start", state::block, () -> {});
        var driver =
                new BlockPlace(exchange.address(), "start", 0, state.layout().blockCount());
        var start = new RoundStart(
                run,
                1,
                SETTINGS,
                SETTINGS.plan(0, true),
                context.broadcast(new NetBroadcastTuple(graph.getConfiguration(), null, null)),
                context.broadcast(new SerializableConfiguration(context.hadoopConfiguration())),
                state.layout(),
                new StateSources(driver, averages, KeptState.NONE),
                0,
                0);
        var target = StateCopy.room(state.layout(), exchange.blocks(), Section.PARAMETERS, Section.UPDATER);
        try {
            var outcome = new RoundJob(context, new WorkerPlacement(SETTINGS.groups()), exchange)
                    .run(
                            start,
                            from -> {
                                starts.add(from);
                                JavaRDD<byte[]> results = train(from);
                                return starts.size() <= lostAttempts ? results.map(new LoseSecondWorker()) : results;
                            },
                            target);
            target.copyTo(state, IntStream.range(0, state.layout().blockCount()));
            return outcome;
        } finally {
            target.close();
            ExecutorLocal.close(run);
        }
    }

    private static JavaRDD<byte[]> train(RoundStart start) {
        var worker =
                new RoundTrainingWorker(start, GraphFactory.fromConfiguration(), StepObserver.scoreOnly(), null, null);
        return context.parallelize(IntStream.range(0, WORKERS).boxed().toList(), WORKERS)
                .mapPartitionsWithIndex(new TrainOnWorkerBatches(worker, new Toy.Batches(4)), true);
    }

    /** As if the executor of worker 1 had died after its task. */
    private static final class LoseSecondWorker implements Function<byte[], byte[]> {

        private static final long serialVersionUID = 1L;

        @Override
        public byte[] call(byte[] bytes) {
            var result = TaskResults.decode(WorkerResult.class, bytes);
            var place = result.state();
            return result.report().workerIndex() != 1
                    ? bytes
                    : TaskResults.encode(new WorkerResult(
                            result.report(), new BlockPlace(GONE, place.name(), place.first(), place.end())));
        }
    }

    private Toy.Outcome undisturbed() {
        try (var master = new RoundTrainingMaster(SETTINGS)) {
            var other = Toy.graph(new Adam(0.01));
            return Toy.train(master, new SparkComputationGraph(context, other, master), new Toy.Batches(4), 1);
        }
    }

    private void assertUndisturbed() {
        Toy.Outcome expected = undisturbed();
        Toy.Outcome actual = Toy.outcome(graph, List.of());
        assertThat(actual.parameters()).containsExactly(expected.parameters());
        assertThat(actual.updaterState()).containsExactly(expected.updaterState());
    }

    @Test
    void aWorkerWhoseStateIsLostTrainsAgain() {
        var outcome = round(List.of(), 1);
        assertThat(starts).hasSize(2);
        assertThat(outcome.reports()).extracting(WorkerReport::workerIndex).containsExactly(0, 1, 2);
        assertUndisturbed();
    }

    @Test
    void blocksOfADeadExecutorComeFromTheDriver() {
        int half = state.layout().blockCount() / 2;
        round(List.of(new BlockPlace(GONE, "average", 0, half)), 1);
        assertThat(starts.get(0).sources().averages()).hasSize(1);
        assertThat(starts.get(1).sources().averages())
                .as("after averaging has begun")
                .isEmpty();
        assertUndisturbed();
    }

    @Test
    void saysEachWorkerAndExecutorOnceAndInALine() {
        var place = new BlockPlace(GONE, "average", 0, 1);
        var other = new BlockPlace(GONE, "average", 1, 2);
        assertThat(RoundJob.reasons(Map.of(place, "reset", other, "reset"), Map.of()))
                .isEqualTo(GONE + ": reset");
        var state = new BlockPlace(GONE, "worker", 0, 1);
        assertThat(RoundJob.reasons(
                        Map.of(place, "reset"),
                        Map.of(2, new WorkerResult(null, state), 1, new WorkerResult(null, state))))
                .isEqualTo(GONE + " (of workers 1, 2): reset");
        assertThat(TaskResults.brief(new IOException("Failed to connect"))).isEqualTo("Failed to connect");
        assertThat(TaskResults.brief(new ClosedChannelException()))
                .isEqualTo("java.nio.channels.ClosedChannelException");
        assertThat(TaskResults.brief(new IllegalStateException("there:\n\tat a.b.c")))
                .isEqualTo("java.lang.IllegalStateException: there:");
    }

    @Test
    void givesUpWhenExecutorsDieAgainAndAgain() {
        float[] before = graph.params().toFloatVector();
        assertThatThrownBy(() -> round(List.of(), 9))
                .hasMessageContaining("begins with step 0 was tried 4 times")
                .hasMessageContaining("(of workers 1)");
        assertThat(graph.params().toFloatVector()).containsExactly(before);
    }
}
