package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.ConfigLoader;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same run on different engines, from its start or from a checkpoint of the other engine. */
class EngineChangeIT {

    private static final int STEPS = 200;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void drawImages() throws IOException {
        new DrawnImages(5, 16)
                .write(
                        FileSystem.getLocal(new Configuration()),
                        new org.apache.hadoop.fs.Path(folder.resolve("images").toUri()),
                        40);
    }

    private static void train(String run, EngineChoice engine, int steps) throws IOException {
        var config = ConfigLoader.load(
                Optional.empty(),
                List.of(
                        "run.folder=" + folder.resolve(run),
                        "run.seed=3",
                        "data.path=" + folder.resolve("images"),
                        "data.size=16",
                        "model.theta.channels=32",
                        "model.theta.channel-mult=[1,1]",
                        "model.theta.res-blocks=1",
                        "model.theta.attention-resolutions=[8]",
                        "model.theta.heads=2",
                        "diffusion.steps=100",
                        "train.batch-size-per-worker=2",
                        "train.averaging-frequency=10",
                        "train.steps=" + steps,
                        "train.workers=1",
                        "train.optimizer.warmup-steps=50",
                        "checkpoint.every-steps=100",
                        "samples.every-steps=0",
                        "execution.engine=" + engine.text()),
                ConfigLoader.REQUIRED_BY_TRAIN);
        try (var spark = new JavaSparkContext(RoundTrainingMaster.configure(LocalCluster.inThisJvm("local[1]")))) {
            new TrainJob(config).run(spark);
        }
    }

    /** The loss of each round. */
    private static double[] losses(String run) throws IOException {
        return RunFolder.at(folder.resolve(run).toString(), new Configuration())
                .metrics(1, Duration.ZERO)
                .readAll()
                .stream()
                .mapToDouble(line -> line.values().get("loss").asDouble())
                .toArray();
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value / values.length;
        }
        return sum;
    }

    private static void assertSameCurve(double[] curve, double[] reference) {
        assertThat(curve).hasSize(STEPS / 10);
        double mean = mean(reference);
        double distance = 0;
        for (int i = 0; i < curve.length; i++) {
            distance += Math.abs(curve[i] - reference[i]) / curve.length;
        }
        assertThat(mean(curve)).as("mean loss").isCloseTo(mean, within(1e-3 * mean));
        assertThat(distance).as("mean distance of the curves").isLessThan(1e-3 * mean);
    }

    @Test
    void lossCurves_doNotDependOnTheEngineNorOnAChangeOfIt() throws IOException {
        train("nd4j", EngineChoice.ND4J, STEPS);
        double[] reference = losses("nd4j");
        assertThat(reference[reference.length - 1]).as("the model learns").isLessThan(0.8 * reference[0]);

        train("libtorch", EngineChoice.LIBTORCH, STEPS);
        assertSameCurve(losses("libtorch"), reference);

        train("to libtorch", EngineChoice.ND4J, STEPS / 2);
        train("to libtorch", EngineChoice.LIBTORCH, STEPS);
        assertSameCurve(losses("to libtorch"), reference);

        train("to nd4j", EngineChoice.LIBTORCH, STEPS / 2);
        train("to nd4j", EngineChoice.ND4J, STEPS);
        assertSameCurve(losses("to nd4j"), reference);
    }
}
