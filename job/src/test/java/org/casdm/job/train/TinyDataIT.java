package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.config.ConfigLoader;
import org.casdm.data.picture.DrawnImages;
import org.casdm.failure.DataException;
import org.casdm.job.prepare.PrepareJob;
import org.casdm.job.prepare.PreparedFolders;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training on fewer images than a batch has: it goes round and round over them, as it does over many. */
class TinyDataIT {

    private static final int SIZE = 16;

    @TempDir
    private static Path folder;

    private static JavaSparkContext spark;

    @BeforeAll
    static void start() throws IOException {
        spark = new JavaSparkContext(RoundTrainingMaster.configure(LocalCluster.inThisJvm("local[2]")));
        for (int count : new int[] {1, 3}) {
            var pictures = folder.resolve("folder" + count);
            new DrawnImages(5, SIZE)
                    .write(
                            FileSystem.getLocal(new Configuration()),
                            new org.apache.hadoop.fs.Path(pictures.toUri()),
                            count);
            var shards = folder.resolve("shards" + count).toString();
            new PrepareJob(PreparedFolders.settings(pictures.toString(), shards, 2)).run(spark);
            writeIdx(folder.resolve("idx" + count), count);
        }
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    private static void writeIdx(Path target, int count) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var data = new DataOutputStream(bytes);
        data.writeInt(0x0803);
        data.writeInt(count);
        data.writeInt(SIZE);
        data.writeInt(SIZE);
        for (int i = 0; i < count * SIZE * SIZE; i++) {
            data.write(i * 7 % 251);
        }
        Files.createDirectories(target);
        Files.write(target.resolve("train-images-idx3-ubyte"), bytes.toByteArray());
    }

    private static StoredCheckpoint train(String run, String data, int workers, int steps) throws IOException {
        var settings = new ArrayList<>(List.of(
                "run.folder=" + folder.resolve(run),
                "data.path=" + folder.resolve(data),
                "data.size=" + SIZE,
                "model.kind=ddpm",
                "model.theta.channels=32",
                "model.theta.channel-mult=[1]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[]",
                "model.theta.heads=1",
                "train.batch-size-per-worker=4",
                "train.averaging-frequency=2",
                "train.steps=" + steps,
                "train.workers=" + workers,
                "checkpoint.every-steps=2",
                "samples.every-steps=0"));
        var config = ConfigLoader.load(Optional.empty(), settings, ConfigLoader.REQUIRED_BY_TRAIN);
        new TrainJob(config).run(spark);
        return run(run).checkpoints().latest().orElseThrow();
    }

    private static RunFolder run(String run) throws IOException {
        return RunFolder.at(folder.resolve(run).toString(), new Configuration());
    }

    /** Three workers with batches of four: also workers that have no image in some epochs. */
    @ParameterizedTest
    @CsvSource({"folder1, 1", "idx3, 3", "shards1, 1", "shards3, 3"})
    void fewerImagesThanABatch(String data, int count) throws IOException {
        var whole = train(data + "-whole", data, 3, 4);
        assertThat(whole.state().imagesSeen()).isEqualTo(3 * 4 * 4);
        assertThat(whole.state().epoch()).isEqualTo(48 / count);
        assertThat(run(data + "-whole").metrics(1, Duration.ZERO).readAll())
                .allSatisfy(
                        line -> assertThat(line.values().get("loss").asDouble()).isPositive());

        train(data + "-parts", data, 3, 2);
        assertThat(train(data + "-parts", data, 3, 4).files()).isEqualTo(whole.files());
        // Other workers on the way.
        assertThat(train(data + "-parts", data, 2, 6).state().imagesSeen()).isEqualTo(48 + 2 * 2 * 4);
    }

    @Test
    void noImagesAtAll() throws IOException {
        var empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> train("empty-run", "empty", 1, 2))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(empty.toString());
        writeIdx(folder.resolve("idx0"), 0);
        assertThatThrownBy(() -> train("idx0-run", "idx0", 1, 2))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("train-images-idx3-ubyte", "gives 0 as a size");
        assertThat(folder.resolve("empty-run")).doesNotExist();
    }

    /** The only image cannot be read. */
    @Test
    void nothingButABadImage() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("bad")).resolve("broken.png"), "not a picture");
        assertThatThrownBy(() -> train("bad-run", "bad", 1, 2))
                .hasStackTraceContaining("1 pictures cannot be used")
                .hasStackTraceContaining("broken.png");
        assertThatThrownBy(() -> new PrepareJob(PreparedFolders.settings(
                                folder.resolve("bad").toString(),
                                folder.resolve("bad-shards").toString(),
                                2))
                        .run(spark))
                .hasStackTraceContaining("cannot be used, more than max-bad-fraction")
                .hasStackTraceContaining("broken.png");
    }
}
