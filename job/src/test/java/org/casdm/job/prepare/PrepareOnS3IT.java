package org.casdm.job.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.config.ConfigLoader;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.testing.ExecutorKiller;
import org.casdm.job.testing.FaultyProxy;
import org.casdm.job.testing.LocalCluster;
import org.casdm.job.testing.S3Server;
import org.casdm.job.train.TrainJob;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From pictures to a trained model on {@code s3a://}, with executors of their own that are killed on the way. */
class PrepareOnS3IT {

    /** Several source parts of 512 pictures. */
    private static final int COUNT = 1600;

    @TempDir
    private static Path folder;

    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = new S3Server(folder);
        server.createBucket("bucket");
        new DrawnImages(5, 16)
                .write(
                        FileSystem.getLocal(new Configuration()),
                        new org.apache.hadoop.fs.Path(folder.resolve("pictures").toUri()),
                        COUNT);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    /** With the way to the server. */
    private static SparkConf conf() {
        var conf = RoundTrainingMaster.configure(LocalCluster.withExecutors(2, 1024));
        for (String name :
                List.of("endpoint", "path.style.access", "connection.ssl.enabled", "access.key", "secret.key")) {
            conf.set("spark.hadoop.fs.s3a." + name, server.hadoop().get("fs.s3a." + name));
        }
        return conf;
    }

    private static DatasetDescription prepare(SparkConf conf, String out, Optional<ExecutorKiller> killer)
            throws IOException, InterruptedException {
        try (var spark = new JavaSparkContext(conf)) {
            killer.ifPresent(spark.sc()::addSparkListener);
            var description = new PrepareJob(
                            PreparedFolders.settings(folder.resolve("pictures").toString(), "s3a://bucket/" + out, 200))
                    .run(spark);
            if (killer.isPresent()) {
                assertThat(killer.get().hasKilled()).isTrue();
            }
            return description;
        }
    }

    private static StoredCheckpoint train(SparkConf conf, String run, Optional<ExecutorKiller> killer)
            throws IOException, InterruptedException {
        var settings = new ArrayList<>(List.of(
                "run.folder=s3a://bucket/" + run,
                "run.seed=3",
                "data.path=s3a://bucket/killed",
                "data.size=16",
                "model.theta.channels=32",
                "model.theta.channel-mult=[1]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[]",
                "model.theta.heads=2",
                "diffusion.steps=100",
                "train.workers=2",
                "train.batch-size-per-worker=2",
                "train.averaging-frequency=2",
                "train.steps=8",
                "train.ema-rates=[0.9]",
                "execution.threads-per-worker=1",
                "checkpoint.every-steps=8",
                "samples.every-steps=0"));
        try (var spark = new JavaSparkContext(conf)) {
            killer.ifPresent(spark.sc()::addSparkListener);
            new TrainJob(ConfigLoader.load(Optional.empty(), settings, ConfigLoader.REQUIRED_BY_TRAIN)).run(spark);
            if (killer.isPresent()) {
                assertThat(killer.get().hasKilled()).isTrue();
            }
        }
        return RunFolder.at("s3a://bucket/" + run, server.hadoop())
                .checkpoints()
                .latest()
                .orElseThrow();
    }

    @Test
    void killedExecutorsChangeNothing() throws IOException, InterruptedException {
        var undisturbed = prepare(conf().setMaster("local[2]"), "undisturbed", Optional.empty());
        // Once the first source part is done, and its images lie on the executor's disk.
        var killed = prepare(conf(), "killed", Optional.of(new ExecutorKiller(1)));
        assertThat(killed).isEqualTo(undisturbed);
        assertThat(killed.count()).isEqualTo(COUNT);
        var root = new org.apache.hadoop.fs.Path("s3a://bucket/killed");
        var files = root.getFileSystem(server.hadoop());
        assertThat(PreparedFolders.content(files, root)).hasSize(COUNT);
        assertThat(files.listStatus(root))
                .extracting(file -> file.getPath().getName())
                .hasSize(8 + 2)
                .contains("_prepare", "dataset.json", "part-00000.parquet", "part-00007.parquet");

        var expected =
                train(conf().setMaster("local[2]"), "quiet", Optional.empty()).files();
        assertThat(train(conf(), "survived", Optional.of(new ExecutorKiller(4))).files())
                .isEqualTo(expected);
        assertThat(trainWithAnExecutorKilledAtTheFirstShard().files()).isEqualTo(expected);
    }

    /** The executor dies when the storage is asked for a shard: its own, or that of its neighbour. */
    private static StoredCheckpoint trainWithAnExecutorKilledAtTheFirstShard()
            throws IOException, InterruptedException {
        var killed = new AtomicReference<ProcessHandle>();
        try (var proxy = new FaultyProxy(server.port())) {
            proxy.spoil(1, request -> request.reads(".parquet"), new FaultyProxy.Fault.Before(() -> {
                killed.set(LocalCluster.executors().values().iterator().next());
                killed.get().destroyForcibly();
            }));
            var checkpoint = train(
                    conf().set("spark.hadoop.fs.s3a.endpoint", "http://127.0.0.1:" + proxy.port()),
                    "reading",
                    Optional.empty());
            assertThat(killed.get().isAlive()).isFalse();
            return checkpoint;
        }
    }
}
