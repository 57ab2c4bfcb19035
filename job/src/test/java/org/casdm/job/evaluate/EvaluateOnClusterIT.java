package org.casdm.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.evaluate.result.Evaluation;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.testing.ExecutorKiller;
import org.casdm.job.testing.LocalCluster;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors as JVMs of their own. */
class EvaluateOnClusterIT {

    @TempDir
    private static Path folder;

    private static String samples;
    private static String reference;

    @BeforeAll
    static void drawImages() throws IOException {
        samples = TestImages.npz(folder.resolve("samples.npz"), 6100, TestImages.SIZE, 1);
        reference = TestImages.npz(folder.resolve("reference.npz"), 9000, TestImages.SIZE, 2);
    }

    private static Evaluation evaluate(JavaSparkContext spark, ToyFeatures toy) throws IOException {
        var settings = new EvaluationSettings(
                Optional.of(reference),
                toy,
                EnumSet.allOf(Metric.class),
                OptionalInt.empty(),
                700,
                5,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                EngineRequests.ND4J);
        return new EvaluateJob(settings, List.of(LabelledSamples.parse(samples)))
                .run(spark)
                .get(0);
    }

    @Test
    void numbersAreTheSameToTheLastBitOnAnyNumberOfExecutorsAndWhenOneDies() throws Exception {
        Evaluation alone;
        try (var spark = new JavaSparkContext(LocalCluster.inThisJvm("local[1]"))) {
            alone = evaluate(spark, new ToyFeatures());
        }
        var conf = LocalCluster.withExecutors(2, 512);
        try (var spark = new JavaSparkContext(conf)) {
            assertThat(evaluate(spark, new ToyFeatures()).values()).isEqualTo(alone.values());

            // While evaluating: of some twenty tasks, two at a time, the third has ended.
            var killer = new ExecutorKiller(3);
            spark.sc().addSparkListener(killer);
            assertThat(evaluate(spark, new ToyFeatures(10, 5, 4, 20, false)).values())
                    .isEqualTo(alone.values());
            assertThat(killer.hasKilled()).isTrue();
        }
    }
}
