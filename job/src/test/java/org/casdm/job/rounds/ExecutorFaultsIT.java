package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.FaultyBatches.Fault;
import org.casdm.job.rounds.FaultyBatches.Moment;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Adam;

/** Executors that die, stall, and come late: the bits of a run that was left alone. */
class ExecutorFaultsIT {

    private static final int WORKERS = 3;
    private static final int STEPS = 2;
    private static final int MOST_ROUNDS = 500;
    /** For a state of 2.4 MB in 150 blocks, so that averaging takes a moment. */
    private static final int HIDDEN = 20_000;

    private static final RoundSettings SETTINGS =
            RoundSettings.of(WORKERS, STEPS, FaultyBatches.SIZE, 1).withBlockFloats(4000);
    private static final scala.collection.immutable.Map<String, Object> NO_HINTS =
            scala.collection.immutable.Map$.MODULE$.empty();

    @TempDir
    private Path folder;

    private FaultyBatches batches(Fault... faults) throws IOException {
        Map<Long, Fault> byStep = new HashMap<>();
        for (var fault : faults) {
            // The first round is left alone: executors are still being started.
            byStep.put((long) STEPS * (byStep.size() + 1), fault);
        }
        return new FaultyBatches(Files.createTempDirectory(folder, "faults").toString(), byStep);
    }

    private static Toy.Outcome train(SparkConf conf, WorkerBatches batches, int rounds) {
        return Toy.train(
                RoundTrainingMaster.configure(conf), SETTINGS, Toy.graph(new Adam(0.01), HIDDEN, 0.7), batches, rounds);
    }

    private static void assertSame(Toy.Outcome one, Toy.Outcome other) {
        assertThat(one.parameters()).isEqualTo(other.parameters());
        assertThat(one.updaterState()).isEqualTo(other.updaterState());
    }

    private void assertThatNothingChanges(SparkConf conf, Fault... faults) throws IOException {
        int rounds = faults.length + 2;
        var disturbed = batches(faults);
        var survived = train(conf, disturbed, rounds);
        assertThat(disturbed.happened()).isEqualTo(faults.length);
        assertSame(survived, train(LocalCluster.inThisJvm("local[1]"), batches(), rounds));
    }

    @Test
    void executorsKilledInAnyPartOfARoundChangeNothing() throws IOException {
        assertThatNothingChanges(
                LocalCluster.withExecutors(WORKERS, 512),
                Fault.kill(1, Moment.READING),
                Fault.kill(0, Moment.STEPPING),
                Fault.kill(2, Moment.AVERAGING),
                Fault.killLater(1, Moment.AVERAGING, 20),
                Fault.killLater(0, Moment.AVERAGING, 120),
                Fault.stall(2, Moment.STEPPING, 3000),
                Fault.stall(0, Moment.AVERAGING, 1000));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void executorsKilledWithAnOuterOptimizer_changeNothing(int workersPerHost) throws IOException {
        var faults = batches(Fault.kill(1, Moment.STEPPING), Fault.killLater(0, Moment.AVERAGING, 20));
        var settings =
                SETTINGS.withAveraging(new Averaging(0, new OuterOptimizer(0.7, 0.9), false, false, workersPerHost));
        var graph = Toy.graph(new Adam(0.01), HIDDEN, 0.7);
        var survived = Toy.train(
                RoundTrainingMaster.configure(LocalCluster.withExecutors(WORKERS, 512)), settings, graph, faults, 4);
        assertThat(faults.happened()).isEqualTo(2);
        var undisturbed = Toy.graph(new Adam(0.01), HIDDEN, 0.7);
        assertSame(survived, Toy.train(LocalCluster.inThisJvm("local[1]"), settings, undisturbed, batches(), 4));
    }

    @Test
    void workerWhoseKeptMomentsAreLost_startsFromTheMeanOfTheOthers() throws IOException {
        var faults = batches(Fault.kill(1, Moment.STEPPING));
        var settings = SETTINGS.withAveraging(new Averaging(0, OuterOptimizer.NONE, true, true));
        var rounds = Toy.train(
                        RoundTrainingMaster.configure(LocalCluster.withExecutors(WORKERS, 512)),
                        settings,
                        Toy.graph(new Adam(0.01), HIDDEN, 0.7),
                        faults,
                        4,
                        4)
                .rounds();
        assertThat(faults.happened()).isEqualTo(1);
        assertThat(rounds.get(1).workers().get(1).momentsOf()).isBetween(1, WORKERS - 1);
        assertThat(rounds.get(1).workers().get(1).errorsLost()).isTrue();
        assertThat(rounds.get(3).workers()).extracting(WorkerReport::momentsOf).containsOnly(-1);
        assertThat(rounds.get(3).workers()).extracting(WorkerReport::errorsLost).containsOnly(false);
        assertThat(rounds.get(3).meanScore()).isFinite();
    }

    @Test
    void executorsMayGoAndComeLate() throws IOException {
        var batches = batches();
        Toy.Outcome late;
        int rounds = 3;
        try (var context = new JavaSparkContext(RoundTrainingMaster.configure(LocalCluster.withExecutors(2, 512)));
                var master = new RoundTrainingMaster(SETTINGS)) {
            var spark = new SparkComputationGraph(context, Toy.graph(new Adam(0.01), HIDDEN, 0.7), master);
            Toy.train(master, spark, batches, 1);
            // One goes and is not replaced: the other does the work of three workers.
            context.sc().requestTotalExecutors(1, 0, NO_HINTS);
            LocalCluster.executors().values().iterator().next().destroyForcibly();
            Toy.train(master, spark, batches, 2);
            assertThat(LocalCluster.executors()).hasSize(1);
            // Another one comes while rounds go on, and takes part.
            context.sc().requestTotalExecutors(2, 0, NO_HINTS);
            long executors;
            do {
                late = Toy.train(master, spark, batches, 1);
                executors = late.rounds().get(0).workers().stream()
                        .map(WorkerReport::executorId)
                        .distinct()
                        .count();
                rounds++;
            } while (executors < 2 && rounds < MOST_ROUNDS);
            assertThat(executors).isEqualTo(2);
        }
        assertSame(late, train(LocalCluster.inThisJvm("local[1]"), batches(), rounds));
    }

    /** A machine that stands still for longer than Spark waits, and then wakes up and goes on with its old work. */
    @Test
    @EnabledIfSystemProperty(named = "test.faults", matches = "long")
    void executorsTakenForDeadThatWakeUpChangeNothing() throws IOException {
        assertThatNothingChanges(
                LocalCluster.withExecutors(WORKERS, 512)
                        .set("spark.network.timeout", "15s")
                        .set("spark.network.timeoutInterval", "5s")
                        .set("spark.executor.heartbeatInterval", "3s"),
                new Fault(1, Moment.STEPPING, "kill -STOP PROCESS; (sleep 40; kill -CONT PROCESS) &", false),
                new Fault(0, Moment.AVERAGING, "kill -STOP PROCESS; (sleep 40; kill -CONT PROCESS) &", false));
    }
}
