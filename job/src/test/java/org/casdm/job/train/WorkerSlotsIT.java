package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.ConfigLoader;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerSlotsIT {

    private static final OptionalInt AUTO = OptionalInt.empty();

    @ParameterizedTest
    @CsvSource({"8, 2, 1, 2, 8", "8, 2, 4, 8, 2", "6, 1, 4, 4, 1", "2, 3, 8, 24, 1"})
    void divideCores(int cores, int executors, int gpus, int workers, int threads) {
        assertThat(WorkerSlots.divide(AUTO, AUTO, Collections.nCopies(executors, cores), gpus))
                .isEqualTo(new WorkerSlots(workers, threads));
    }

    @Test
    void followTheConfiguration() {
        assertThat(WorkerSlots.divide(OptionalInt.of(3), AUTO, List.of(8, 6), 1))
                .as("two workers on one executor, perhaps the smaller one")
                .isEqualTo(new WorkerSlots(3, 3));
        assertThat(WorkerSlots.divide(OptionalInt.of(1), AUTO, List.of(8, 8), 1))
                .isEqualTo(new WorkerSlots(1, 8));
        assertThat(WorkerSlots.divide(AUTO, OptionalInt.of(5), List.of(8, 8), 1))
                .isEqualTo(new WorkerSlots(2, 5));
    }

    @Test
    void waitForAllExecutors() {
        var config = ConfigLoader.load(Optional.empty(), List.of());
        try (var spark = new JavaSparkContext(LocalCluster.withExecutors(2, 512))) {
            assertThat(WorkerSlots.of(config, spark)).isEqualTo(new WorkerSlots(2, 1));
        }
    }

    @Test
    void expectWhatIsKnown() {
        var conf = new SparkConf(false);
        assertThat(RegisteredExecutors.expected("local-cluster[3,2,1024]", conf))
                .hasValue(3);
        assertThat(RegisteredExecutors.expected("spark://host:7077", conf)).isEmpty();
        assertThat(RegisteredExecutors.expected("yarn", conf.set("spark.executor.instances", "4")))
                .hasValue(4);

        assertThat(RegisteredExecutors.complete(1, OptionalInt.of(2), 1000)).isFalse();
        assertThat(RegisteredExecutors.complete(2, OptionalInt.of(2), 0)).isTrue();
        assertThat(RegisteredExecutors.complete(0, AUTO, 1000)).isFalse();
        assertThat(RegisteredExecutors.complete(1, AUTO, 2))
                .as("another may come")
                .isFalse();
        assertThat(RegisteredExecutors.complete(1, AUTO, 10)).isTrue();
    }
}
