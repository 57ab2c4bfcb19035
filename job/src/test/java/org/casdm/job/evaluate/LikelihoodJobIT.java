package org.casdm.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.job.sample.SampleExamples;
import org.casdm.job.testing.LocalCluster;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bits per dimension of images by a run's checkpoints; the numbers themselves are BitsPerDimensionGoldenTest's. */
class LikelihoodJobIT {

    @TempDir
    private static Path folder;

    private static String images;

    @BeforeAll
    static void writeImages() throws IOException {
        images = TestImages.npz(folder.resolve("images.npz"), 120, 16, 2);
    }

    private static String run(String name, String... settings) throws IOException {
        var config = SampleExamples.config(settings);
        var run = folder.resolve(name).toString();
        SampleExamples.writeRun(run, config, SampleExamples.weights(ConfiguredModel.of(config)), new Configuration());
        return run;
    }

    private static Likelihood likelihood(SparkConf spark, String run, long count, int batch) throws IOException {
        var settings = new LikelihoodSettings(
                run,
                images,
                OptionalLong.of(count),
                batch,
                Optional.empty(),
                Optional.of("3"),
                7,
                Optional.empty(),
                EngineRequests.ND4J);
        try (var context = new JavaSparkContext(spark)) {
            return new LikelihoodJob(settings, StepChoice.parse("10"))
                    .run(context)
                    .get(0);
        }
    }

    @Test
    void theBoundDoesNotDependOnWhoComputesIt() throws IOException {
        var run = run("learned", "model.theta.learn-sigma=true");
        var alone = likelihood(LocalCluster.inThisJvm("local[1]"), run, 110, 5);
        var spread = likelihood(LocalCluster.withExecutors(2, 1024), run, 110, 5);

        assertThat(spread.json("3").get("bitsPerDimension"))
                .isEqualTo(alone.json("3").get("bitsPerDimension"));
        assertThat(alone.sums().images()).isEqualTo(110);
        assertThat(alone.timesteps()).hasSize(3).isSorted();
        double sum = alone.sums().prior() / 110;
        for (double ofStep : alone.sums().bound()) {
            assertThat(ofStep).isPositive();
            sum += ofStep / 110;
        }
        assertThat(alone.bitsPerDimension()).isCloseTo(sum, within(1e-9));
        // Batches of another size hold the same images with the same noise.
        var batches = likelihood(LocalCluster.inThisJvm("local[2]"), run, 110, 8);
        assertThat(batches.bitsPerDimension()).isCloseTo(alone.bitsPerDimension(), within(1e-9));
    }

    @Test
    void aCascadeTellsItsEstimatesApart() throws IOException {
        var cascade = likelihood(LocalCluster.inThisJvm("local[1]"), run("cascade", "model.kind=cas-dm"), 20, 5)
                .json("3");
        var errors = cascade.get("meanSquaredErrors");
        for (int step = 0; step < 3; step++) {
            assertThat(cascade.get("blendWeight").get(step).doubleValue()).isBetween(0.0, 1.0);
            // Each pixel lies between the two.
            double both = errors.get("x0Theta").get(step).doubleValue()
                    + errors.get("x0Phi").get(step).doubleValue();
            assertThat(errors.get("x0").get(step).doubleValue()).isPositive().isLessThan(both);
        }
        var single = likelihood(LocalCluster.inThisJvm("local[1]"), run("single", "model.kind=ddpm"), 20, 5)
                .json("3");
        assertThat(single.has("blendWeight")).isFalse();
        assertThat(single.get("meanSquaredErrors").has("x0Phi")).isFalse();
    }

    @Test
    void modelsWithClassesNeedLabels() throws IOException {
        var run = run("classes", "model.classes=3");
        assertThatThrownBy(() -> likelihood(LocalCluster.inThisJvm("local[1]"), run, 4, 4))
                .hasStackTraceContaining("The model has 3 classes, and an image has no label");
    }
}
