package org.casdm.metric.inception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.tensor.TensorFormatException;
import org.casdm.weights.WeightSource;
import org.casdm.weights.published.PublishedFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InceptionSpecIT {

    private static final Configuration HADOOP = new Configuration();
    private static final InceptionSpec RANDOM = new InceptionSpec(WeightSource.random(), InceptionResize.TENSORFLOW_1);

    private static FeatureModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws IOException {
        model = RANDOM.load(HADOOP);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static InceptionSpec file(Path file, Optional<String> sha256) {
        return new InceptionSpec(WeightSource.parse(file.toString(), sha256), InceptionResize.TENSORFLOW_1);
    }

    private static ImageBatch part(ImageBatch images, int first, int count) {
        int from = first * images.imageBytes();
        return new ImageBatch(
                Arrays.copyOfRange(images.pixels(), from, from + count * images.imageBytes()),
                count,
                images.height(),
                images.width());
    }

    private static float[] row(float[] values, int row, int width) {
        return rows(values, row, 1, width);
    }

    private static float[] rows(float[] values, int first, int count, int width) {
        return Arrays.copyOfRange(values, first * width, (first + count) * width);
    }

    @Test
    void featuresDoNotDependOnTheBatch() {
        // More than are worked on at once: the last part is smaller.
        var images = InceptionExamples.images("batch", 19, 16);
        var info = model.info();
        try (var extractor = model.newExtractor(2)) {
            assertThat(extractor.preferredBatch()).isLessThan(images.count());
            var together = extractor.extract(images);
            assertThat(together.pooled()).hasSize(19 * info.pooledDimension());
            assertThat(together.spatial()).hasSize(19 * info.spatialDimension());
            assertThat(together.logits()).hasSize(19 * info.classes());
            for (int first : new int[] {0, 7, 17}) {
                int count = first == 7 ? 1 : 2;
                var few = extractor.extract(part(images, first, count));
                assertThat(few.pooled()).isEqualTo(rows(together.pooled(), first, count, info.pooledDimension()));
                assertThat(few.spatial()).isEqualTo(rows(together.spatial(), first, count, info.spatialDimension()));
                assertThat(few.logits()).isEqualTo(rows(together.logits(), first, count, info.classes()));
            }
            assertThat(row(together.pooled(), 0, 2048)).isNotEqualTo(row(together.pooled(), 1, 2048));
        }
    }

    @Test
    void sameBatchesNeedNoMoreMemory() throws IOException {
        int count = 2;
        var images = new float[count * InceptionLayout.SIDE * InceptionLayout.SIDE * ImageBatch.CHANNELS];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) Math.sin(i);
        }
        var features = new Features(count, new float[count * 2048], new float[count * 2023], new float[count * 1008]);
        try (var weights = InceptionWeights.load(WeightSource.random(), HADOOP);
                var network = new Nd4jInception(weights)) {
            network.compute(images, count, features, 0);
            long bytes = network.arenaBytes();
            var first = features.pooled().clone();
            network.compute(images, count, features, 0);
            assertThat(network.arenaBytes()).isEqualTo(bytes);
            assertThat(features.pooled()).isEqualTo(first);
        }
    }

    @Test
    void imagesMayHaveAnyShape() {
        try (var extractor = model.newExtractor(1)) {
            var wide = new ImageBatch(new byte[10 * 400 * 3], 1, 10, 400);
            var dot = new ImageBatch(new byte[3], 1, 1, 1);
            // Both black all over.
            assertThat(extractor.extract(wide).pooled())
                    .isEqualTo(extractor.extract(dot).pooled());
        }
    }

    @Test
    void randomWeightsAreTheSameEverywhereAndSayWhatTheyAre() throws IOException {
        var images = InceptionExamples.images("random", 1, 8);
        try (var again = RANDOM.load(HADOOP);
                var one = model.newExtractor(1);
                var other = again.newExtractor(1)) {
            assertThat(other.extract(images).pooled())
                    .isEqualTo(one.extract(images).pooled());
            // Not dead, and not blown up by 94 layers.
            double mean = 0;
            for (float value : one.extract(images).pooled()) {
                mean += value / InceptionLayout.POOLED;
            }
            assertThat(mean).isBetween(1e-3, 1e3);
        }
        var info = model.info();
        assertThat(info.comparable()).isFalse();
        assertThat(info.weights()).isEqualTo("random");
        assertThat(info.sha256()).isEmpty();
        assertThat(info.label("FID")).isEqualTo("FID");
        assertThat(info.variant()).isEqualTo("tensorflow-1");
    }

    @Test
    void fileIsCheckedAndNamed() throws IOException {
        var path = InceptionExamples.writeWeights(folder.resolve("weights.safetensors"));
        String hash;
        try (var loaded = file(path, Optional.empty()).load(HADOOP)) {
            assertThat(loaded.info().comparable()).isTrue();
            assertThat(loaded.info().weights()).isEqualTo(path.toString());
            hash = loaded.info().sha256().orElseThrow();
        }
        file(path, Optional.of(hash)).load(HADOOP).close();
        assertThatThrownBy(() -> file(path, Optional.of("0".repeat(64))).load(HADOOP))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("weights.safetensors")
                .hasMessageContaining(hash)
                .hasMessageContaining("0".repeat(64));
    }

    @Test
    void missingTensorsAreListed() throws IOException {
        var tensors = InceptionLayout.tensors().stream()
                .filter(tensor -> !tensor.parameter().name().startsWith("Mixed_6b.branch7x7dbl_4"))
                .toList();
        var path = InceptionExamples.write(folder.resolve("part.safetensors"), tensors);
        assertThatThrownBy(() -> file(path, Optional.empty()).load(HADOOP))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("part.safetensors")
                .hasMessageContaining("Inception network for FID")
                .hasMessageContaining("no tensor Mixed_6b.branch7x7dbl_4.conv.weight")
                .hasMessageContaining("Mixed_6b.branch7x7dbl_4.bn.running_var");
        assertThatThrownBy(
                        () -> file(folder.resolve("none.pth"), Optional.empty()).load(HADOOP))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("none.pth");
    }

    @Test
    void namesAreThoseOfThePublishedFile() {
        assertThat(InceptionLayout.convolutions()).hasSize(94);
        assertThat(InceptionLayout.tensors()).hasSize(94 * 5 + 2);
        assertThat(InceptionLayout.tensors().stream()
                        .mapToLong(tensor -> tensor.parameter().length())
                        .sum())
                .isEqualTo(23_885_392);
        assertThat(InceptionLayout.tensors())
                .extracting(tensor -> tensor.parameter().name())
                .contains("Conv2d_1a_3x3.bn.running_mean", "Mixed_7c.branch3x3dbl_3b.conv.weight", "fc.bias");
    }

    @Test
    void theCommandThatFetchesWeightsKnowsThem() {
        assertThat(InceptionSpec.WEIGHTS_NEEDED).contains("casdm weights get inception");
        assertThat(PublishedFiles.load().named("inception")).isPresent();
    }

    @Test
    void travelsToExecutors() throws IOException, ClassNotFoundException {
        var spec = file(Path.of("/weights.pth"), Optional.of("a".repeat(64)));
        var bytes = new ByteArrayOutputStream();
        try (var output = new ObjectOutputStream(bytes)) {
            output.writeObject(spec);
        }
        try (var input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(input.readObject()).isEqualTo(spec);
        }
    }
}
