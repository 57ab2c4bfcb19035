package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same run on different engines, from its start or from a checkpoint of the other engine. */
class EngineChangeIT {

    private static final int STEPS = 200;

    @TempDir
    private static Path folder;

    private static SmallRuns runs;

    @BeforeAll
    static void drawImages() throws IOException {
        SmallRuns.drawImages(5, folder.resolve("images"), 40);
        runs = new SmallRuns(
                folder,
                List.of(
                        "data.path=" + folder.resolve("images"),
                        "train.averaging-frequency=10",
                        "train.workers=1",
                        "train.optimizer.warmup-steps=50",
                        "checkpoint.every-steps=100"));
    }

    private static void train(String run, EngineChoice engine, int steps) throws IOException {
        runs.train(
                LocalCluster.inThisJvm("local[1]"), run, "execution.engine=" + engine.text(), "train.steps=" + steps);
    }

    /** The loss of each round. */
    private static double[] losses(String run) throws IOException {
        return runs.metrics(run).stream()
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
