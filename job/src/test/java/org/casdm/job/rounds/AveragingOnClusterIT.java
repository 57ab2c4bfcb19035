package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The switches of averaging across executors. */
class AveragingOnClusterIT {

    /** Three workers on two executors: one of them moves from round to round. */
    @ParameterizedTest
    @MethodSource("org.casdm.job.rounds.AveragingIT#switches")
    void executors_giveTheBitsOfOneThread(Averaging averaging) {
        var settings = AveragingIT.settings(3, 2, averaging);
        var batches = new Toy.Batches(AveragingIT.BATCH);
        var cluster = Toy.train(
                RoundTrainingMaster.configure(LocalCluster.withExecutors(2, 512)),
                settings,
                AveragingIT.graph(),
                batches,
                5,
                5);
        var thread = Toy.train(LocalCluster.inThisJvm("local[1]"), settings, AveragingIT.graph(), batches, 5, 5);
        assertThat(cluster.parameters()).containsExactly(thread.parameters());
        assertThat(cluster.updaterState()).containsExactly(thread.updaterState());
    }

    @Test
    void keptMomentsAndFloat16_areASixthOfTheBytes() {
        var settings = RoundSettings.of(2, 2, AveragingIT.BATCH, 1).withBlockFloats(10);
        long plain = movedBytes(settings);
        long kept = movedBytes(settings.withAveraging(new Averaging(0, OuterOptimizer.NONE, true, false)));
        long half = movedBytes(settings.withAveraging(new Averaging(0, OuterOptimizer.NONE, true, true)));
        // 53 parameters and two moments of each: between two workers, both ways, and to the driver.
        assertThat(plain).isEqualTo(3 * 3 * 53 * Float.BYTES);
        assertThat(kept).isEqualTo(3 * 53 * Float.BYTES);
        // Each of the six blocks has a scale of two bytes.
        assertThat(half).isEqualTo(3 * (53 + 6) * Short.BYTES);
    }

    /** Of a round in which both workers are where they were. */
    private static long movedBytes(RoundSettings settings) {
        return Toy.train(
                        RoundTrainingMaster.configure(LocalCluster.withExecutors(2, 512)),
                        settings,
                        AveragingIT.graph(),
                        new Toy.Batches(AveragingIT.BATCH),
                        6,
                        99)
                .rounds()
                .get(5)
                .moved()
                .bytes();
    }
}
