package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.ConfigException;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.job.JobFailure;
import org.casdm.job.sample.SampleRequest.Format;
import org.casdm.job.sample.SampleRequest.Method;
import org.casdm.job.sample.draw.TrajectoryRequest;
import org.casdm.job.testing.LocalCluster;
import org.casdm.sampling.InterpolatedNoise;
import org.casdm.sampling.Sampler;
import org.casdm.sampling.SamplerSettings;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpzFile;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drawing from checkpoints, on executors in this JVM. */
class SampleJobIT {

    private static final CasdmConfig PLAIN = SampleExamples.config();
    private static final CasdmConfig CONDITIONAL =
            SampleExamples.config("model.classes=3", "model.phi-input=x0+xt", "data.channels=1");

    @TempDir
    private static Path folder;

    private static JavaSparkContext spark;

    @BeforeAll
    static void start() throws IOException {
        spark = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"));
        for (var run : List.of("plain", "conditional")) {
            var config = run.equals("plain") ? PLAIN : CONDITIONAL;
            SampleExamples.writeRun(
                    folder.resolve(run).toString(),
                    config,
                    SampleExamples.weights(ConfiguredModel.of(config)),
                    new Configuration());
        }
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    private static SampleJob job(String run, String out, Consumer<Asked> changes) throws IOException {
        return job(EngineChoice.ND4J, run, out, changes);
    }

    private static SampleJob job(EngineChoice engine, String run, String out, Consumer<Asked> changes)
            throws IOException {
        return new SampleJob(
                Asked.of(folder.resolve(run).toString(), folder.resolve(out).toString(), changes),
                EngineRequests.of(engine),
                new Configuration());
    }

    private static Path draw(String run, String out, Consumer<Asked> changes) throws IOException {
        job(run, out, changes).run(spark);
        return folder.resolve(out);
    }

    /** Images as a sampler of this thread draws them with ND4J. */
    private static byte[] expected(SamplerSettings settings, int count) {
        var model = ConfiguredModel.of(PLAIN);
        var weights = new FloatPointer(SampleExamples.weights(model).data().asFloat());
        try (var sampler = new Sampler(
                new Nd4jEngine(), Device.cpu(), Arithmetic.float32(1), model, weights, SampleExamples.SIZE, settings)) {
            return sampler.sample(0, count, null);
        }
    }

    @Test
    void imagesAreThoseOfTheSampler() throws IOException {
        var ddim = draw("plain", "ddim", asked -> asked.imagesPerPart = OptionalInt.of(2));
        assertThat(SampleExamples.pixels(ddim)).isEqualTo(expected(SamplerSettings.ddim("4", 12), 5));

        var theta = draw("plain/checkpoints/000000020", "theta", asked -> {
            asked.network = Estimator.THETA;
            asked.method = Method.DDPM;
            asked.variance = Optional.of(Variance.FIXED_LARGE);
            asked.respacing = Optional.of("3,2");
        });
        assertThat(SampleExamples.pixels(theta))
                .isEqualTo(expected(
                        new SamplerSettings(
                                "3,2", new SamplingMethod.Ddpm(Variance.FIXED_LARGE), Estimator.THETA, true, 12),
                        5));
        assertThat(SampleExamples.pixels(draw("plain@10", "earlier", asked -> asked.count = 1)))
                .isNotEqualTo(Arrays.copyOf(SampleExamples.pixels(ddim), SampleExamples.IMAGE));
    }

    @Test
    void solversDrawWithTheirSpacing() throws IOException {
        var heun = draw("plain", "heun", asked -> {
            asked.method = Method.HEUN;
            asked.respacing = Optional.of("3");
        });
        assertThat(SampleExamples.pixels(heun))
                .isEqualTo(expected(
                        new SamplerSettings("3", new SamplingMethod.Heun(Spacing.KARRAS), Estimator.CASCADE, true, 12),
                        5));
        var solver = draw("plain", "dpm-solver", asked -> {
            asked.method = Method.DPM_SOLVER;
            asked.spacing = Optional.of(Spacing.TRAILING);
        });
        assertThat(SampleExamples.pixels(solver))
                .isEqualTo(expected(
                        new SamplerSettings(
                                "4", new SamplingMethod.DpmSolver(Spacing.TRAILING), Estimator.CASCADE, true, 12),
                        5));
    }

    @Test
    void libTorchsImages_areNd4jsButForRounding() throws IOException {
        for (var method : List.of(Method.DDIM, Method.DDPM)) {
            Consumer<Asked> request = asked -> {
                asked.method = method;
                asked.respacing = Optional.of("4");
                asked.imagesPerPart = OptionalInt.of(2);
            };
            job(EngineChoice.LIBTORCH, "plain", "libtorch " + method, request).run(spark);
            var drawn = SampleExamples.pixels(folder.resolve("libtorch " + method));
            var reference = SampleExamples.pixels(draw("plain", "nd4j " + method, request));
            assertThat(drawn).hasSameSizeAs(reference);
            int changed = 0;
            for (int i = 0; i < drawn.length; i++) {
                int difference = Math.abs((drawn[i] & 0xff) - (reference[i] & 0xff));
                assertThat(difference).as("value %d", i).isLessThanOrEqualTo(1);
                changed += difference;
            }
            assertThat(changed).as("values rounded differently").isLessThan(drawn.length / 100);
        }
    }

    @Test
    void aLearnedVarianceIsTheDefaultOfDdpm() throws IOException {
        var config = SampleExamples.config("model.theta.learn-sigma=true");
        SampleExamples.writeRun(
                folder.resolve("learned").toString(),
                config,
                SampleExamples.weights(ConfiguredModel.of(config)),
                new Configuration());
        var drawn = draw("learned", "with its variance", asked -> asked.method = Method.DDPM);
        assertThat(Files.readString(drawn.resolve("samples.json"))).contains("ddpm, learned variance");
        var small = draw("learned", "with the small one", asked -> {
            asked.method = Method.DDPM;
            asked.variance = Optional.of(Variance.FIXED_SMALL);
        });
        assertThat(SampleExamples.pixels(drawn)).isNotEqualTo(SampleExamples.pixels(small));

        assertThatThrownBy(() -> job("plain", "x", asked -> {
                    asked.method = Method.DDPM;
                    asked.variance = Optional.of(Variance.LEARNED);
                }))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("model.theta.learn-sigma");
    }

    @Test
    void theSameForAnyBatchAndAfterAnyInterruption() throws IOException {
        Consumer<Asked> common = asked -> {
            asked.imagesPerPart = OptionalInt.of(4);
            asked.count = 11;
        };
        var whole = draw("plain", "whole", common);
        var parts = draw("plain", "parts", common.andThen(asked -> {
            asked.count = 6;
            asked.batch = 3;
        }));
        var kept = parts.resolve("part-000000000.parquet");
        Files.setLastModifiedTime(kept, FileTime.fromMillis(1_000_000));
        Files.write(parts.resolve("part-000000004.parquet"), new byte[10]);
        Files.write(parts.resolve(".part-000000004.parquet.left-by-a-killed-process.tmp"), new byte[10]);
        Files.delete(parts.resolve("sheet.png"));
        draw("plain", "parts", common.andThen(asked -> asked.batch = 1));

        assertThat(SampleExamples.pixels(parts)).isEqualTo(SampleExamples.pixels(whole));
        assertThat(Files.getLastModifiedTime(kept).toMillis())
                .as("time of a part that was there")
                .isEqualTo(1_000_000);
        assertThat(parts.resolve("sheet.png")).hasSameBinaryContentAs(whole.resolve("sheet.png"));
        assertThat(parts.resolve("part-000000008.parquet"))
                .hasSameBinaryContentAs(whole.resolve("part-000000008.parquet"));
        try (var files = Files.list(parts)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "_parts",
                            "dataset.json",
                            "part-000000000.parquet",
                            "part-000000004.parquet",
                            "part-000000008.parquet",
                            "samples.json",
                            "sheet.png");
        }
        var before = Files.readString(parts.resolve("samples.json"));
        assertThat(before).contains("\"complete\" : true", "\"count\" : 11");
        draw("plain", "parts", common);
        assertThat(Files.readString(parts.resolve("samples.json")))
                .as("when nothing is missing")
                .isEqualTo(before);
    }

    @Test
    void picturesInFoldersByClass() throws IOException {
        Consumer<Asked> common = asked -> asked.classes = Optional.of("2,0");
        var png = draw("conditional", "png", common.andThen(asked -> asked.format = Format.PNG));
        var npz = draw("conditional", "npz", common.andThen(asked -> asked.format = Format.NPZ));
        var pixels = SampleExamples.pixels(npz);

        try (var files = Files.walk(png.resolve("png"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> png.resolve("png").relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "0002/000000000.png",
                            "0000/000000001.png",
                            "0002/000000002.png",
                            "0000/000000003.png",
                            "0002/000000004.png");
        }
        var third = new ImageDecoder().decode(Files.readAllBytes(png.resolve("png/0002/000000002.png")), "third");
        assertThat(third.samples()).isEqualTo(image(pixels, 2));
        assertThat(png.resolve("sheet.png")).hasSameBinaryContentAs(npz.resolve("sheet.png"));

        var local = FileSystem.getLocal(new Configuration());
        var file = new org.apache.hadoop.fs.Path(npz.resolve("samples.npz").toUri());
        try (var arrays = new NpzFile(SeekableInput.open(local, file))) {
            assertThat(arrays.names()).containsExactly("arr_0", "arr_1");
            assertThat(arrays.header("arr_0").shape()).containsExactly(5L, 16L, 16L, 3L);
            var values = new byte[pixels.length];
            arrays.array("arr_0").read(values, 0, values.length);
            assertThat(values).isEqualTo(pixels);
            assertThat(arrays.array("arr_1").readAll()).containsExactly(2, 0, 2, 0, 2);
        }

        draw("conditional", "npz", common.andThen(asked -> asked.count = 7));
        assertThat(npz.resolve("samples.npz"))
                .as("of fewer images than there are now")
                .doesNotExist();
        draw("conditional", "npz", common.andThen(asked -> {
            asked.count = 7;
            asked.format = Format.NPZ;
        }));
        try (var arrays = new NpzFile(SeekableInput.open(local, file))) {
            assertThat(arrays.header("arr_0").shape()).containsExactly(7L, 16L, 16L, 3L);
        }
    }

    private static byte[] image(byte[] pixels, int index) {
        return Arrays.copyOfRange(pixels, index * SampleExamples.IMAGE, (index + 1) * SampleExamples.IMAGE);
    }

    @Test
    void theWayFromNoiseAndFromImageToImage() throws IOException {
        var way = draw("plain", "way", asked -> {
            asked.interpolation = Optional.of(new InterpolatedNoise(12, 13, 3));
            asked.count = 3;
            asked.trajectory = Optional.of(new TrajectoryRequest(3, 2));
        });
        var pixels = SampleExamples.pixels(way);
        assertThat(image(pixels, 0)).isEqualTo(expected(SamplerSettings.ddim("4", 12), 1));
        assertThat(image(pixels, 2)).isEqualTo(expected(SamplerSettings.ddim("4", 13), 1));

        var strip = ImageIO.read(way.resolve("trajectory.png").toFile());
        // Captions of ten letters; three columns and twice four rows of 64 pixels and a gap.
        assertThat(strip.getWidth()).isEqualTo(10 * 6 + 4 + 3 * 66);
        assertThat(strip.getHeight()).isEqualTo(8 + 4 + 8 * 66);
        assertThat(job("plain", "way2", asked -> asked.network = Estimator.THETA))
                .isNotNull();
    }

    @Test
    void refusesToMix() throws IOException {
        draw("plain", "mixed", asked -> asked.count = 2);
        assertThatThrownBy(() -> draw("plain", "mixed", asked -> {
                    asked.seed = 13;
                    asked.ema = Optional.of("none");
                }))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("seed was 12, is 13")
                .hasMessageContaining("weights was ema-0.9.safetensors")
                .hasMessageNotContaining("method");
        assertThatThrownBy(() -> draw("plain", "mixed", asked -> asked.count = 1))
                .hasMessageContaining("2 images");
        assertThatThrownBy(() -> draw("plain", "plain", asked -> asked.count = 1))
                .hasMessageContaining("not empty");
    }

    @Test
    void saysWhatCannotBeDrawn() {
        assertThatThrownBy(() -> job("plain", "x", asked -> asked.ema = Optional.of("0.99")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no such moving average; it has 0.9");
        assertThatThrownBy(() -> job("plain", "x", asked -> asked.classes = Optional.of("1")))
                .hasMessageContaining("without class labels");
        assertThatThrownBy(() -> job("conditional", "x", asked -> {})).hasMessageContaining("--classes=all");
        assertThatThrownBy(() -> job("conditional", "x", asked -> asked.classes = Optional.of("3")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("\"3\" is not a class");
        assertThatThrownBy(() -> job("plain", "x", asked -> asked.respacing = Optional.of("5000")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("5000");
        assertThatThrownBy(() ->
                        job("plain", "x", asked -> asked.trajectory = Optional.of(new TrajectoryRequest(5, 1))))
                .hasMessageContaining("only 4 of 1000 timesteps");
        assertThatThrownBy(() -> job("plain@15", "x", asked -> {}))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("Complete checkpoints of this run: 10, 20");
        assertThatThrownBy(() -> job("nowhere", "x", asked -> {}))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("is not a run");
        assertThatThrownBy(() -> job("plain", "x", asked -> asked.count = 0)).hasMessageContaining("--count");
        assertThatThrownBy(() -> job("plain", "x", asked -> asked.variance = Optional.of(Variance.FIXED_SMALL)))
                .hasMessageContaining("--method=ddpm");
    }
}
