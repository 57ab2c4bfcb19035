package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.job.rounds.exchange.Moved;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.testing.HostCluster;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounds on two hosts with two executors each. */
class HostsIT {

    private static final int WORKERS = 4;
    private static final int ROUNDS = 5;
    private static final int WHOLE_EVERY = 3;
    private static final long PARAMETERS = 53L * Float.BYTES;

    private static final Averaging PLAIN = Averaging.PLAIN;
    private static final Averaging HOSTS_FIRST = PLAIN.withWorkersPerHost(2);
    private static final Averaging KEPT_FLOAT16 = new Averaging(0, OuterOptimizer.NONE, true, true, 2);
    private static final Averaging NESTEROV = new Averaging(2, new OuterOptimizer(0.7, 0.9), true, true, 2);

    @TempDir
    private static Path folder;

    private static Map<Averaging, Toy.Outcome> outcomes;

    static List<Averaging> switches() {
        return List.of(PLAIN, HOSTS_FIRST, KEPT_FLOAT16, NESTEROV);
    }

    @BeforeAll
    static void trainOnHosts() {
        try (var cluster = new HostCluster(2, 2, 512, folder);
                var context = new JavaSparkContext(RoundTrainingMaster.configure(cluster.conf()))) {
            outcomes = switches().stream()
                    .collect(Collectors.toMap(Function.identity(), averaging -> train(context, averaging)));
        }
    }

    private static Toy.Outcome train(JavaSparkContext context, Averaging averaging) {
        var graph = AveragingIT.graph();
        RoundSettings settings = AveragingIT.settings(WORKERS, 2, averaging);
        try (var master = Toy.master(settings, graph)) {
            var spark = new SparkComputationGraph(context, graph, master);
            return Toy.train(master, spark, new Toy.Batches(AveragingIT.BATCH), ROUNDS, WHOLE_EVERY);
        }
    }

    /** In the last round all workers are where they were. */
    private static Moved moved(Averaging averaging) {
        return outcomes.get(averaging).rounds().get(ROUNDS - 1).moved();
    }

    @Test
    void averagingOfEachHostFirst_halvesTheBytesBetweenHosts() {
        long state = 3 * PARAMETERS;
        // One copy to the driver, which has a host of its own. Plain: from and to each of two workers of each host.
        assertThat(moved(PLAIN)).isEqualTo(new Moved((2 * 3 + 1) * state, (2 * 2 + 1) * state));
        assertThat(moved(HOSTS_FIRST).betweenHosts()).isEqualTo((2 + 1) * state);
    }

    @Test
    void keptMomentsAndFloat16_areASixthOfThat() {
        // Each of the six blocks has a scale of two bytes.
        assertThat(moved(KEPT_FLOAT16).betweenHosts()).isEqualTo((2 + 1) * (53 + 6) * Short.BYTES);
    }

    @ParameterizedTest
    @MethodSource("switches")
    void hosts_giveTheBitsOfOneThread(Averaging averaging) {
        try (var context = new JavaSparkContext(LocalCluster.inThisJvm("local[1]"))) {
            var thread = train(context, averaging);
            assertThat(outcomes.get(averaging).parameters()).containsExactly(thread.parameters());
            assertThat(outcomes.get(averaging).updaterState()).containsExactly(thread.updaterState());
        }
    }
}
