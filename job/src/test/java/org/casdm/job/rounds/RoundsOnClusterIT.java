package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkConf;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;

class RoundsOnClusterIT {

    private static final RoundSettings SETTINGS = RoundSettings.of(2, 2, 4, 1).withBlockFloats(20);

    private static Toy.Outcome train(SparkConf conf) {
        return Toy.train(
                RoundTrainingMaster.configure(conf),
                SETTINGS,
                Toy.graph(new Adam(0.01), 5, 0.7),
                new Toy.Batches(4),
                3);
    }

    @Test
    void executorsInTheirOwnJvmsGiveTheBitsOfOneThread() {
        Toy.Outcome expected = train(LocalCluster.inThisJvm("local[1]"));
        for (SparkConf conf :
                new SparkConf[] {LocalCluster.inThisJvm("local[4]"), LocalCluster.withExecutors(2, 1024)}) {
            Toy.Outcome actual = train(conf);
            String master = conf.get("spark.master");
            assertThat(actual.parameters()).as(master).containsExactly(expected.parameters());
            assertThat(actual.updaterState()).as(master).containsExactly(expected.updaterState());
            if (master.startsWith("local-cluster")) {
                assertThat(actual.rounds())
                        .flatExtracting(RoundResult::workers)
                        .extracting(WorkerReport::executorId)
                        .containsOnly("0", "1");
                // Workers stay where they are, once there is an executor for each.
                assertThat(executors(actual.rounds().get(2)))
                        .isEqualTo(executors(actual.rounds().get(1)));
            }
        }
    }

    private static List<String> executors(RoundResult round) {
        return round.workers().stream()
                .sorted(Comparator.comparing(WorkerReport::workerIndex))
                .map(WorkerReport::executorId)
                .toList();
    }
}
