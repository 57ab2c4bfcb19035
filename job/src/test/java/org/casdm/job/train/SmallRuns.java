package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigLoader;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.rounds.RoundTrainingMaster;

/**
 * Runs of a model of 32 channels on drawn images of 16 x 16, for tests.
 *
 * @param folder of the images and the runs
 * @param settings of all runs, after those that are common to all tests
 */
record SmallRuns(Path folder, List<String> settings) {

    private static final List<String> COMMON = List.of(
            "run.seed=3",
            "data.size=16",
            "model.theta.channels=32",
            "model.theta.channel-mult=[1,1]",
            "model.theta.res-blocks=1",
            "model.theta.attention-resolutions=[8]",
            "model.theta.heads=2",
            "diffusion.steps=100",
            "train.batch-size-per-worker=2",
            "samples.every-steps=0");

    /** Draws so many images to a folder. */
    static void drawImages(int seed, Path images, int count) throws IOException {
        drawImages(seed, 16, images, count);
    }

    /** Draws so many images of a size to a folder. */
    static void drawImages(int seed, int size, Path images, int count) throws IOException {
        new DrawnImages(seed, size)
                .write(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(images.toUri()), count);
    }

    /**
     * Trains.
     *
     * @param run name of its folder
     * @param more settings, which replace those of all runs
     * @return the run's newest checkpoint
     */
    StoredCheckpoint train(SparkConf spark, String run, String... more) throws IOException {
        var config = config(run, more);
        try (var context = new JavaSparkContext(RoundTrainingMaster.configure(spark))) {
            new TrainJob(config).run(context);
        }
        return latest(run);
    }

    /** The configuration that a run is trained with. */
    CasdmConfig config(String run, String... more) {
        var all = Stream.of(COMMON, settings, List.of("run.folder=" + folder.resolve(run)), List.of(more))
                .flatMap(List::stream)
                .toList();
        return ConfigLoader.load(Optional.empty(), all, ConfigLoader.REQUIRED_BY_TRAIN);
    }

    /** The newest checkpoint of a run. */
    StoredCheckpoint latest(String run) throws IOException {
        return folder(run).checkpoints().latest().orElseThrow();
    }

    /** The metrics of a run. */
    List<MetricsLine> metrics(String run) throws IOException {
        return folder(run).metrics(1, Duration.ZERO).readAll();
    }

    private RunFolder folder(String run) throws IOException {
        return RunFolder.at(folder.resolve(run).toString(), new Configuration());
    }

    /** Asserts that two checkpoints are of the same step and hold the same numbers. */
    static void assertSame(StoredCheckpoint one, StoredCheckpoint other) {
        assertThat(one.state().step()).isEqualTo(other.state().step());
        assertThat(one.state().imagesSeen()).isEqualTo(other.state().imagesSeen());
        assertThat(one.files()).isEqualTo(other.files());
    }
}
