package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.failure.DataException;
import org.casdm.job.prepare.PrepareJob;
import org.casdm.job.prepare.PreparedFolders;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training from what prepare has written. */
class ShardTrainingIT {

    @TempDir
    private static Path folder;

    private static SmallRuns runs;

    @BeforeAll
    static void prepareImages() throws IOException {
        prepare("shards");
        runs = new SmallRuns(
                folder,
                List.of(
                        "data.path=" + folder.resolve("shards"),
                        "train.averaging-frequency=2",
                        "train.steps=8",
                        "train.ema-rates=[0.9]",
                        "execution.threads-per-worker=1",
                        "checkpoint.every-steps=4"));
    }

    private static void prepare(String name) throws IOException {
        var pictures = folder.resolve("pictures");
        SmallRuns.drawImages(5, pictures, 22);
        try (var context = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"))) {
            new PrepareJob(PreparedFolders.settings(
                            pictures.toString(), folder.resolve(name).toString(), 6))
                    .run(context);
        }
    }

    private static StoredCheckpoint train(SparkConf spark, String run, String... more) throws IOException {
        return runs.train(spark, run, more);
    }

    @Test
    void resumedRunEqualsTheUninterruptedOneOnAnyExecutors() throws IOException {
        String[] workers = {"train.workers=2", "model.classes=3"};
        var whole = train(LocalCluster.inThisJvm("local[2]"), "whole", workers);
        // 22 images an epoch: the run is amid the second.
        assertThat(whole.state().imagesSeen()).isEqualTo(32);
        assertThat(whole.state().provenance()).containsEntry("divisions", "0:2x2");

        train(LocalCluster.inThisJvm("local[2]"), "parts", workers[0], workers[1], "train.steps=4");
        SmallRuns.assertSame(train(LocalCluster.withExecutors(2, 1024), "parts", workers), whole);
    }

    @Test
    void workersMayChangeAmidAnEpoch() throws IOException {
        train(LocalCluster.inThisJvm("local[1]"), "changed", "train.workers=1", "train.steps=4");
        var changed = train(LocalCluster.inThisJvm("local[2]"), "changed", "train.workers=2");
        assertThat(changed.state().provenance()).containsEntry("divisions", "8:2x2");
        assertThat(changed.state().imagesSeen()).isEqualTo(8 + 16);
    }

    @Test
    void refusesAnotherSize() {
        assertThatThrownBy(() -> train(
                        LocalCluster.inThisJvm("local[1]"),
                        "size",
                        "data.size=32",
                        "model.theta.attention-resolutions=[16]"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "was prepared with 16 x 16 pixels, but 32 x 32 are requested: set the size (data.size, --size)"
                                + " to 16");
    }

    @Test
    void namesADamagedShard() throws IOException {
        prepare("damaged");
        var file = folder.resolve("damaged").resolve("part-00001.parquet");
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 0x10;
        Files.write(file, bytes);
        assertThatThrownBy(() -> train(
                        LocalCluster.inThisJvm("local[2]"),
                        "damaged-run",
                        "train.workers=1",
                        "train.steps=20",
                        "data.path=" + folder.resolve("damaged")))
                .hasStackTraceContaining("part-00001.parquet is damaged");
        assertThat(RunFolder.at(folder.resolve("damaged-run").toString(), new Configuration())
                        .checkpoints()
                        .latest())
                .isEmpty();
    }
}
