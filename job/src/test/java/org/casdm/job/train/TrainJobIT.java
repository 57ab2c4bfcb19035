package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.picture.PngWriter;
import org.casdm.job.JobFailure;
import org.casdm.job.ema.AverageRebuilder;
import org.casdm.job.testing.LocalCluster;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Training from end to end on small pictures. */
class TrainJobIT {

    @TempDir
    private static Path folder;

    private static SmallRuns runs;

    @BeforeAll
    static void drawImages() throws IOException {
        SmallRuns.drawImages(5, folder.resolve("images"), 22);
        runs = new SmallRuns(
                folder,
                List.of(
                        "data.path=" + folder.resolve("images"),
                        "model.theta.dropout=0.1",
                        "model.phi.dropout=0",
                        "train.averaging-frequency=2",
                        "train.steps=8",
                        "train.ema-rates=[0.9,0.99]",
                        "train.optimizer.learning-rate=1e-3",
                        "checkpoint.every-steps=4"));
    }

    private static StoredCheckpoint train(SparkConf spark, String run, String... more) throws IOException {
        return runs.train(spark, run, more);
    }

    @Test
    void resumedRunEqualsTheUninterruptedOne() throws IOException {
        var whole = train(LocalCluster.inThisJvm("local[2]"), "whole", "train.workers=2");
        assertThat(whole.state().step()).isEqualTo(8);
        assertThat(whole.state().imagesSeen()).isEqualTo(32);
        assertThat(whole.state().epoch()).isEqualTo(1);
        assertThat(whole.files())
                .containsKeys(
                        CheckpointFiles.MODEL,
                        CheckpointFiles.OPTIMIZER,
                        CheckpointFiles.exponentialMovingAverage(0.9),
                        CheckpointFiles.exponentialMovingAverage(0.99));

        train(LocalCluster.inThisJvm("local[2]"), "parts", "train.workers=2", "train.steps=4");
        var resumed = train(LocalCluster.inThisJvm("local[2]"), "parts", "train.workers=2", "train.steps=8");

        SmallRuns.assertSame(resumed, whole);
        var metrics = runs.metrics("parts");
        assertThat(metrics).extracting(line -> line.step()).containsExactly(2L, 4L, 6L, 8L);
        assertThat(metrics).allSatisfy(line -> {
            assertThat(line.values().get("eps").asDouble()).isPositive();
            assertThat(line.values().get("x0").asDouble()).isPositive();
            assertThat(line.values().get("mu").asDouble()).isPositive();
        });
    }

    @Test
    void outerMomentum_isPartOfTheCheckpoint() throws IOException {
        String[] settings = {
            "train.workers=2",
            "train.averaging.outer=nesterov",
            "train.averaging.moments=keep",
            "train.averaging.period=1"
        };
        var whole = train(LocalCluster.inThisJvm("local[2]"), "outer-whole", settings);
        assertThat(whole.files()).containsKey(CheckpointFiles.OUTER_OPTIMIZER);

        String[] half =
                Stream.concat(Stream.of(settings), Stream.of("train.steps=4")).toArray(String[]::new);
        train(LocalCluster.inThisJvm("local[2]"), "outer-parts", half);
        SmallRuns.assertSame(train(LocalCluster.inThisJvm("local[2]"), "outer-parts", settings), whole);

        // Without the outer optimizer the run resumes as well.
        assertThat(train(LocalCluster.inThisJvm("local[2]"), "outer-parts", "train.workers=2", "train.steps=10")
                        .files())
                .doesNotContainKey(CheckpointFiles.OUTER_OPTIMIZER);
    }

    /** The first part ends when timesteps are no longer uniform. */
    @Test
    void resumedRunWithImportanceSampledTimestepsEqualsTheUninterruptedOne() throws IOException {
        String[] sampled = {
            "train.workers=2",
            "train.timestep-sampler=loss-second-moment",
            "model.kind=ddpm",
            "model.theta.learn-sigma=true",
            "loss.objective=vlb",
            "diffusion.steps=3",
            "diffusion.schedule=cosine",
            "checkpoint.every-steps=20"
        };
        var whole = train(LocalCluster.inThisJvm("local[2]"), "sampled whole", with(sampled, "train.steps=40"));
        var part = train(LocalCluster.inThisJvm("local[2]"), "sampled parts", with(sampled, "train.steps=20"));
        var counts = new ArrayList<Float>();
        part.read(
                CheckpointFiles.TIMESTEPS,
                info -> info.name().equals("counts")
                        ? values -> {
                            while (values.hasRemaining()) {
                                counts.add(values.get());
                            }
                        }
                        : null);
        assertThat(counts).containsExactly(10f, 10f, 10f);

        var resumed = train(LocalCluster.inThisJvm("local[2]"), "sampled parts", with(sampled, "train.steps=40"));

        assertThat(resumed.files()).containsKey(CheckpointFiles.TIMESTEPS);
        SmallRuns.assertSame(resumed, whole);
    }

    private static String[] with(String[] settings, String more) {
        return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void executorsOfTheirOwnEqualThreadsOfOne(EngineChoice engine) throws IOException {
        var threads = train(
                LocalCluster.inThisJvm("local[2]"),
                "threads on " + engine.text(),
                "execution.engine=" + engine.text(),
                "train.workers=2",
                "train.steps=4",
                "execution.threads-per-worker=1");
        var executors = train(
                LocalCluster.withExecutors(2, 1024),
                "executors with " + engine.text(),
                "execution.engine=" + engine.text(),
                "train.workers=2",
                "train.steps=4",
                "execution.threads-per-worker=1");
        SmallRuns.assertSame(executors, threads);
    }

    @Test
    void otherKindsAndLabels() throws IOException {
        train(
                LocalCluster.inThisJvm("local[1]"),
                "ddpm",
                "model.kind=ddpm",
                "train.steps=2",
                "train.workers=1",
                "loss.metric=0.5",
                "metric.kind=" + MetricSourceTest.MeanSquare.class.getName());
        train(
                LocalCluster.inThisJvm("local[1]"),
                "dual",
                "model.kind=dual",
                "train.steps=2",
                "train.workers=1",
                "model.classes=3",
                "model.label-dropout=0.5",
                "samples.every-steps=2",
                "samples.count=2",
                "samples.method=dpm-solver++",
                "samples.sampler-steps=2",
                "samples.guidance=2",
                "data.channels=1");
        assertThat(runs.latest("dual").state().modelKind()).isEqualTo("dual");
    }

    @Test
    void powerFunctionAverages_areStoredAndRebuilt() throws IOException {
        String[] averages = {"train.workers=1", "train.ema-stds=[0.05,0.1]", "checkpoint.ema-every-steps=2"};
        var whole = train(LocalCluster.inThisJvm("local[1]"), "power", averages);
        var first =
                Stream.concat(Stream.of(averages), Stream.of("train.steps=4")).toArray(String[]::new);
        train(LocalCluster.inThisJvm("local[1]"), "power-parts", first);
        SmallRuns.assertSame(train(LocalCluster.inThisJvm("local[1]"), "power-parts", averages), whole);

        var hadoop = new Configuration();
        var stored = RunFolder.at(folder.resolve("power").toString(), hadoop)
                .averages()
                .list()
                .complete();
        assertThat(stored).extracting(StoredCheckpoint::step).containsExactly(2L, 4L, 6L, 8L);

        // The run keeps 0.1 itself: of all its stored averages the combination nearest to it is that one.
        var out = folder.resolve("power-0.1").toString();
        new AverageRebuilder(folder.resolve("power").toString(), OptionalLong.empty(), hadoop).write(0.1, out, hadoop);
        var rebuilt = runs.latest("power-0.1");
        assertThat(rebuilt.state().step()).isEqualTo(8);
        var tensors = new ModelTensors(ConfiguredModel.of(runs.config("power", averages)));
        assertThat(Golden.relativeError(
                        values(tensors, rebuilt, CheckpointFiles.MODEL),
                        Golden.doubles(values(tensors, whole, CheckpointFiles.powerFunctionAverage(0.1)))))
                .isLessThan(1e-4);
        assertThatThrownBy(() -> new AverageRebuilder(folder.resolve("power").toString(), OptionalLong.of(5), hadoop))
                .hasMessageContaining("2, 4, 6, 8");
    }

    private static float[] values(ModelTensors tensors, StoredCheckpoint checkpoint, String file) throws IOException {
        var vector = Nd4j.zeros(DataType.FLOAT, tensors.length());
        checkpoint.read(file, tensors.loading("", vector));
        return vector.data().asFloat();
    }

    @Test
    void missingDevice_isRefused() {
        assertThatThrownBy(() -> train(
                        LocalCluster.inThisJvm("local[1]"),
                        "device",
                        "train.steps=2",
                        "train.workers=1",
                        "execution.device=gpu"))
                .hasStackTraceContaining("execution.device is gpu, but the engine nd4j computes on the CPU here");
    }

    @Test
    void refusesWhatMayNotChange() throws IOException {
        train(LocalCluster.inThisJvm("local[1]"), "fixed", "train.steps=2", "train.workers=1");
        assertThatThrownBy(() -> train(
                        LocalCluster.inThisJvm("local[1]"),
                        "fixed",
                        "train.steps=4",
                        "train.workers=1",
                        "model.theta.res-blocks=2"))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("model.theta.res-blocks was 1, is 2");
        // What may change does.
        assertThat(train(
                                LocalCluster.inThisJvm("local[2]"),
                                "fixed",
                                "train.steps=4",
                                "train.workers=2",
                                "train.optimizer.learning-rate=1e-4")
                        .state()
                        .imagesSeen())
                .isEqualTo(2 * 2 + 2 * 4);
    }

    @Test
    void namesAndSkipsUnreadableImages() throws IOException {
        var images = folder.resolve("some-bad");
        SmallRuns.drawImages(6, images, 8);
        Files.writeString(images.resolve("disc").resolve("broken.png"), "not a picture");
        String[] changes = {"data.path=" + images, "train.steps=6", "train.workers=1"};

        assertThatThrownBy(() -> train(
                        LocalCluster.inThisJvm("local[1]"),
                        "strict",
                        changes[0],
                        changes[1],
                        changes[2],
                        "data.max-bad-fraction=0.01"))
                .hasStackTraceContaining("broken.png")
                .hasStackTraceContaining("max-bad-fraction");

        train(
                LocalCluster.inThisJvm("local[1]"),
                "lenient",
                changes[0],
                changes[1],
                changes[2],
                "data.max-bad-fraction=0.2");
        var metrics = runs.metrics("lenient");
        assertThat(metrics.get(metrics.size() - 1).values().get("badImages").asInt())
                .isEqualTo(1);
    }

    /** As StyleGAN's and other loaders meet: a link to its own folder among the pictures. */
    @Test
    void aLinkToItsOwnFolder_isNotFollowedAround() throws IOException {
        var images = folder.resolve("round");
        SmallRuns.drawImages(6, images, 6);
        Files.createSymbolicLink(images.resolve("disc").resolve("again"), images);
        for (var follow : List.of("true", "false")) {
            var state = train(
                            LocalCluster.inThisJvm("local[1]"),
                            "round-" + follow,
                            "data.path=" + images,
                            "data.follow-links=" + follow,
                            "train.steps=6",
                            "train.workers=1")
                    .state();
            assertThat(state.imagesSeen()).isEqualTo(12);
            assertThat(state.epoch()).as("epochs of 6 images").isEqualTo(2);
        }
    }

    @Test
    void runsShareWhatOneHasPrepared() throws IOException {
        var images = folder.resolve("shared");
        SmallRuns.drawImages(7, images, 9);
        String[] changes = {
            "data.path=" + images, "data.cache=" + folder.resolve("cache"), "train.steps=2", "train.workers=1"
        };
        train(LocalCluster.inThisJvm("local[1]"), "shared-1", changes);
        List<Path> prepared = dataFolders();
        assertThat(prepared).hasSize(1);
        var written = Files.getLastModifiedTime(prepared.get(0).resolve("dataset.json"));

        changes[0] = "data.path=" + images + "/";
        train(
                LocalCluster.inThisJvm("local[1]"),
                "shared-2",
                Stream.concat(Stream.of(changes), Stream.of("run.seed=4")).toArray(String[]::new));
        assertThat(dataFolders()).isEqualTo(prepared);
        assertThat(Files.getLastModifiedTime(prepared.get(0).resolve("dataset.json")))
                .isEqualTo(written);

        // Another picture makes another data set.
        Files.copy(images.resolve("disc/000000.png"), images.resolve("disc/new.png"));
        train(LocalCluster.inThisJvm("local[1]"), "shared-3", changes);
        assertThat(dataFolders()).hasSize(2);
    }

    private static List<Path> dataFolders() throws IOException {
        try (var folders = Files.list(folder.resolve("cache"))) {
            return folders.sorted().toList();
        }
    }

    @Test
    void labelsInFileNames_areReadOnRequest() throws IOException {
        var images = Files.createDirectories(folder.resolve("named"));
        var drawn = new DrawnImages(8, 16);
        for (int i = 0; i < 6; i++) {
            try (var output = Files.newOutputStream(images.resolve((i % 2 == 0 ? "cat_" : "dog_") + i + ".png"))) {
                PngWriter.write(drawn.pixels(i), 16, 16, output);
            }
        }
        String[] changes = {"data.path=" + images, "model.classes=2", "train.steps=2", "train.workers=1"};
        assertThatThrownBy(() -> train(LocalCluster.inThisJvm("local[1]"), "named", changes))
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll("has 0 classes", "data.labels = name", "cat_00001.png");
        train(
                LocalCluster.inThisJvm("local[1]"),
                "named",
                Stream.concat(Stream.of(changes), Stream.of("data.labels=name")).toArray(String[]::new));
    }
}
