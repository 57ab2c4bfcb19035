package org.casdm.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.JobFailure;
import org.casdm.job.evaluate.result.Evaluation;
import org.casdm.job.evaluate.result.EvaluationJson;
import org.casdm.job.evaluate.result.EvaluationTable;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.testing.LocalCluster;
import org.casdm.metric.FeatureMoments;
import org.casdm.metric.FrechetDistance;
import org.casdm.metric.GaussianStatistics;
import org.casdm.metric.MetricException;
import org.casdm.metric.ReferenceStatistics;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzFile;
import org.casdm.tensor.npy.NpzWriter;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation in this JVM, with a network that takes no time. */
class EvaluateJobIT {

    private static final Set<Metric> ALL = EnumSet.allOf(Metric.class);

    @TempDir
    private static Path folder;

    private static JavaSparkContext spark;
    private static String samples;
    private static String reference;

    @BeforeAll
    static void start() throws IOException {
        spark = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"));
        samples = TestImages.npz(folder.resolve("samples.npz"), 5300, TestImages.SIZE, 1);
        reference = TestImages.npz(folder.resolve("reference.npz"), 2100, TestImages.SIZE, 2);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static final class Settings {
        private final List<LabelledSamples> sets = new ArrayList<>();
        private Optional<String> other = Optional.of(reference);
        private Set<Metric> metrics = Set.of();
        private OptionalInt size = OptionalInt.empty();
        private int maximum = 50_000;
        private Optional<String> statistics = Optional.empty();
        private Optional<String> features = Optional.empty();
        private final Optional<String> cache =
                Optional.of(folder.resolve("cache").toString());
        private ToyFeatures toy = new ToyFeatures();

        Settings(String... locations) {
            Arrays.stream(locations).map(LabelledSamples::parse).forEach(sets::add);
        }

        List<Evaluation> run() throws IOException {
            return new EvaluateJob(
                            new EvaluationSettings(
                                    other,
                                    toy,
                                    metrics,
                                    size,
                                    maximum,
                                    3,
                                    statistics,
                                    features,
                                    cache,
                                    EngineRequests.ND4J),
                            sets)
                    .run(spark);
        }
    }

    private static double value(Evaluation evaluation, Metric metric) {
        return evaluation.values().get(metric).value();
    }

    @Test
    void numbersAreThoseOfTheFeaturesTogether() throws IOException {
        var settings = new Settings(samples);
        settings.metrics = ALL;
        var result = settings.run().get(0);
        assertThat(result.values().keySet()).containsExactlyElementsOf(ALL);
        assertThat(value(result, Metric.FID))
                .isCloseTo(FrechetDistance.between(directly(samples), directly(reference)), within(1e-9));
        assertThat(result.sampleCount()).isEqualTo(5300);
        assertThat(result.referenceCount()).isEqualTo(OptionalLong.of(2100));
        assertThat(result.values().get(Metric.IS).beside()).containsEntry("isSplits", 2);
        assertThat(result.manifoldSamples()).isEqualTo(5300);
        assertThat(value(result, Metric.PRECISION)).isBetween(0.0, 1.0);
        assertThat(value(result, Metric.KID)).isPositive();
    }

    /** The same by plain means: all features at once. */
    private static GaussianStatistics directly(String file) throws IOException {
        try (var npz = new NpzFile(SeekableInput.of(file, Files.readAllBytes(Path.of(file))));
                var model = new ToyFeatures().load(new Configuration());
                var extractor = model.newExtractor(1)) {
            int count = npz.header("arr_0").shape().get(0).intValue();
            var pixels = new byte[count * TestImages.SIZE * TestImages.SIZE * 3];
            npz.array("arr_0").read(pixels, 0, pixels.length);
            var features = extractor.extract(new ImageBatch(pixels, count, TestImages.SIZE, TestImages.SIZE));
            var moments = new FeatureMoments(10);
            moments.add(features.pooled(), count);
            return moments.statistics(file);
        }
    }

    @Test
    void aSetIsAtNoDistanceFromItself() throws IOException {
        var settings = new Settings(samples);
        settings.other = Optional.of(samples);
        settings.metrics = Set.of(Metric.FID, Metric.SFID, Metric.PRECISION, Metric.RECALL);
        var result = settings.run().get(0);
        assertThat(value(result, Metric.FID)).isLessThan(1e-9);
        assertThat(value(result, Metric.SFID)).isLessThan(1e-9);
        assertThat(value(result, Metric.PRECISION)).isEqualTo(1);
        assertThat(value(result, Metric.RECALL)).isEqualTo(1);
    }

    @Test
    void storedStatisticsStandForTheirImages() throws IOException {
        var first = new Settings(samples);
        first.statistics = Optional.of(folder.resolve("statistics.npz").toString());
        var withImages = first.run().get(0);
        var second = new Settings(samples);
        second.other = first.statistics;
        var withStatistics = second.run().get(0);
        assertThat(withStatistics.values()).isEqualTo(withImages.values());
        assertThat(withStatistics.referenceCount()).isEmpty();

        // Without a reference the statistics are those of the samples.
        var third = new Settings(reference);
        third.other = Optional.empty();
        third.statistics = Optional.of(folder.resolve("own.npz").toString());
        assertThat(third.run().get(0).values().keySet()).containsExactly(Metric.IS);

        // Statistics of a reference that is stored already are stored again.
        second.statistics = Optional.of(folder.resolve("again.npz").toString());
        second.run();
        assertThat(folder.resolve("again.npz")).hasSameBinaryContentAs(folder.resolve("statistics.npz"));
        var own = ReferenceStatistics.read(third.statistics.get(), new Configuration());
        var stored = ReferenceStatistics.read(first.statistics.get(), new Configuration());
        assertThat(own.pooled().covariance()).isEqualTo(stored.pooled().covariance());
    }

    /** As guided-diffusion's published reference batches: statistics of a whole set, and some of its images. */
    @Test
    void referenceBatch_givesItsStatisticsToFidAndItsImagesToTheOthers() throws IOException {
        var whole = new Settings(samples);
        whole.metrics = Set.of(Metric.FID, Metric.SFID);
        whole.statistics = Optional.of(folder.resolve("whole.npz").toString());
        var ofWhole = whole.run().get(0);
        var some = new Settings(samples);
        some.other = Optional.of(TestImages.npz(folder.resolve("some.npz"), 300, TestImages.SIZE, 2));
        some.metrics = Metric.OF_SINGLE_IMAGES;
        var ofSome = some.run().get(0);

        var batch = new Settings(samples);
        batch.other = Optional.of(batch(whole.statistics.get(), some.other.get(), 300));
        batch.metrics = ALL;
        var result = batch.run().get(0);
        for (var metric : whole.metrics) {
            assertThat(value(result, metric)).as(metric.title()).isEqualTo(value(ofWhole, metric));
        }
        for (var metric : some.metrics) {
            assertThat(value(result, metric)).as(metric.title()).isEqualTo(value(ofSome, metric));
        }
        assertThat(result.manifoldReference()).isEqualTo(300);
        assertThat(result.referenceCount()).isEmpty();

        // Features that the statistics are not of: the images are left.
        batch.toy = new ToyFeatures(11, 0, 0, 0, false);
        some.toy = batch.toy;
        batch.metrics = Set.of(Metric.FID);
        some.metrics = batch.metrics;
        assertThat(batch.run().get(0).values()).isEqualTo(some.run().get(0).values());
    }

    private static String batch(String statistics, String images, int count) throws IOException {
        var file = folder.resolve("batch.npz");
        var stored = ReferenceStatistics.read(statistics, new Configuration());
        var pixels = new byte[count * TestImages.SIZE * TestImages.SIZE * 3];
        try (var npz = new NpzFile(SeekableInput.of(images, Files.readAllBytes(Path.of(images))));
                var writer = new NpzWriter(file.toString(), Files.newOutputStream(file))) {
            npz.array("arr_0").read(pixels, 0, pixels.length);
            writer.write("arr_0", npz.header("arr_0"), sink -> sink.accept(pixels, 0, pixels.length));
            write(writer, "mu", "sigma", stored.pooled());
            write(writer, "mu_s", "sigma_s", stored.spatial().orElseThrow());
        }
        return file.toString();
    }

    private static void write(NpzWriter writer, String mean, String covariance, GaussianStatistics statistics)
            throws IOException {
        int n = statistics.dimensions();
        writer.write(mean, statistics.mean(), n);
        writer.write(covariance, statistics.covariance(), n, n);
    }

    @Test
    void singleImagesAreChosenBySeed_andTheirNumberIsReported() throws IOException {
        var settings = new Settings(samples);
        settings.metrics = Set.of(Metric.KID, Metric.RECALL);
        settings.maximum = 1500;
        var result = settings.run().get(0);
        assertThat(result.manifoldSamples()).isEqualTo(1500);
        assertThat(result.manifoldReference()).isEqualTo(1500);
        assertThat(result.values().get(Metric.KID).beside()).containsKey("kidSubsetDeviation");
        assertThat(settings.run().get(0).values()).isEqualTo(result.values());
        assertThat(result.sampleCount()).isEqualTo(5300);
    }

    @Test
    void featuresAreStoredForNumPy() throws IOException {
        var settings = new Settings(samples);
        settings.features = Optional.of(folder.resolve("features").toString());
        settings.run();
        long images = 0;
        try (var files = Files.list(folder.resolve("features/samples"))) {
            for (var file : files.toList()) {
                try (var npz = new NpzFile(SeekableInput.of(file.toString(), Files.readAllBytes(file)))) {
                    assertThat(npz.names()).containsExactly("pool_3", "spatial", "logits", "place");
                    long count = npz.header("pool_3").shape().get(0);
                    assertThat(npz.header("pool_3").shape()).containsExactly(count, 10L);
                    assertThat(npz.array("place").readAll()).hasSize((int) count);
                    images += count;
                }
            }
        }
        assertThat(images).isEqualTo(5300);
        assertThat(folder.resolve("features/reference")).isDirectory();
    }

    @Test
    void picturesAreBroughtToTheSizeOfTheOtherSet() throws IOException {
        var pictures = folder.resolve("set[1 {50% a:b");
        new DrawnImages(5, 16)
                .write(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(pictures.toUri()), 30);
        Files.write(pictures.resolve("broken.png"), new byte[] {1, 2, 3});
        var settings = new Settings(samples);
        settings.other = Optional.of(pictures.toString());
        assertThatThrownBy(settings::run)
                .hasStackTraceContaining("1 pictures cannot be used")
                .hasStackTraceContaining("max-bad-fraction = 0.01")
                .hasStackTraceContaining("broken.png");
        Files.delete(pictures.resolve("broken.png"));
        var first = settings.run().get(0);
        assertThat(first.referenceCount()).isEqualTo(OptionalLong.of(30));

        // Prepared once: the pictures themselves are not read again.
        try (var cached = Files.list(folder.resolve("cache"))) {
            assertThat(cached.filter(path -> Files.exists(path.resolve("dataset.json"))))
                    .hasSize(1)
                    .allSatisfy(
                            path -> assertThat(path.getFileName().toString()).startsWith("set_1_50_a_b-4-"));
        }
        var picture = pictures.resolve("disc/000000.png");
        var modified = Files.getLastModifiedTime(picture);
        Files.write(picture, new byte[(int) Files.size(picture)]);
        Files.setLastModifiedTime(picture, modified);
        assertThat(settings.run().get(0).values()).isEqualTo(first.values());
    }

    @Test
    void conflictingOptions_areReported() throws IOException {
        var larger = TestImages.npz(folder.resolve("larger.npz"), 20, 8, 1);
        assertThatThrownBy(() -> new Settings(larger).run())
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll("differ in size", "larger.npz has 8x8", "reference.npz has 4x4");

        var damaged = new Settings(samples);
        damaged.toy = new ToyFeatures(10, 5, 4, 0, true);
        var black = folder.resolve("black.npz");
        Files.write(black, withFirstPixelBlack(Path.of(samples)));
        damaged.sets.set(0, LabelledSamples.parse(black.toString()));
        assertThatThrownBy(damaged::run)
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("1 of 5300 feature vectors of the samples", "black.npz", "not finite");

        var statistics = new Settings(samples);
        statistics.statistics = Optional.of(folder.resolve("other.npz").toString());
        statistics.run();
        var precise = new Settings(samples);
        precise.other = statistics.statistics;
        precise.metrics = Set.of(Metric.PRECISION);
        assertThatThrownBy(precise::run)
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll("Precision cannot be computed", "other.npz", "single images");
        var otherNetwork = new Settings(samples);
        otherNetwork.other = statistics.statistics;
        otherNetwork.metrics = Set.of(Metric.FID);
        otherNetwork.toy = new ToyFeatures(11, 0, 0, 0, false);
        assertThatThrownBy(otherNetwork::run)
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll("statistics of 10 features", "toy has 11");
        var single = TestImages.npz(folder.resolve("single.npz"), 1, TestImages.SIZE, 1);
        assertThatThrownBy(() -> new Settings(single).run())
                .isInstanceOf(MetricException.class)
                .hasMessageContainingAll("at least two images", "single.npz");
        assertThatThrownBy(() -> new EvaluationSettings(
                        Optional.empty(),
                        new ToyFeatures(),
                        Set.of(Metric.FID),
                        OptionalInt.empty(),
                        10,
                        1,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        EngineRequests.ND4J))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reference");
    }

    private static byte[] withFirstPixelBlack(Path npz) throws IOException {
        var pixels = new byte[5300 * TestImages.SIZE * TestImages.SIZE * 3];
        try (var file = new NpzFile(SeekableInput.of("x", Files.readAllBytes(npz)))) {
            file.array("arr_0").read(pixels, 0, pixels.length);
        }
        pixels[0] = 0;
        var bytes = new ByteArrayOutputStream();
        try (var writer = new NpzWriter("x", bytes)) {
            writer.write(
                    "arr_0",
                    NpyHeader.of(NpyType.UINT8, 5300, TestImages.SIZE, TestImages.SIZE, 3),
                    sink -> sink.accept(pixels, 0, pixels.length));
        }
        return bytes.toByteArray();
    }

    @Test
    void numbersForPeopleAndPrograms() throws IOException {
        var settings = new Settings("100=" + samples, "200=" + reference);
        var results = settings.run();
        var file = folder.resolve("out.json");
        EvaluationJson.write(
                results.stream()
                        .map(each -> EvaluationJson.object(each, spark.version()))
                        .toList(),
                file.toString(),
                new Configuration());
        var json = new ObjectMapper().readTree(file.toFile());
        assertThat(json).hasSize(2);
        assertThat(json.get(0).get("step").asLong()).isEqualTo(100);
        assertThat(json.get(0).at("/metrics/fid").asDouble()).isEqualTo(value(results.get(0), Metric.FID));
        assertThat(json.get(0).at("/labels/fid").asText()).isEqualTo("FID (toy)");
        assertThat(json.get(0).at("/comparable").asBoolean(true)).isFalse();
        assertThat(json.get(1).at("/metrics/fid").asDouble()).isLessThan(1e-9);
        assertThat(json.get(1).at("/reference/images").asLong()).isEqualTo(2100);

        var text = new StringWriter();
        EvaluationTable.print(results, new PrintWriter(text));
        assertThat(text.toString()).contains("FID (toy)", "samples.npz", "Not comparable with published numbers.");
        var one = new StringWriter();
        EvaluationTable.print(results.subList(0, 1), new PrintWriter(one));
        assertThat(one.toString()).contains("5,300 images", "2,100 images", "sFID (toy)", "isSplits 2");
    }
}
