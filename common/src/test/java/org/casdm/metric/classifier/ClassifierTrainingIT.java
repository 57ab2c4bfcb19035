package org.casdm.metric.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.TestDataFolder;
import org.casdm.failure.DataException;
import org.casdm.metric.classifier.LabelledImages.Part;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorFormatException;
import org.casdm.weights.WeightSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierTrainingIT {

    private static final Configuration HADOOP = new Configuration();
    private static final int SIZE = 16;
    private static final int DRAWN = 1200;
    private static final int IMAGES = DRAWN * 2 / 3;

    @TempDir
    private static Path folder;

    private static DataFolder pictures;
    private static DataFolder fewPictures;

    @TempDir
    private Path output;

    @BeforeAll
    static void draw() throws IOException {
        pictures = draw("pictures", DRAWN);
        fewPictures = draw("few", 150);
    }

    private static DataFolder draw(String name, int count) throws IOException {
        var drawn = new DrawnImages(1, SIZE);
        // At this size a square is a disc but for a pixel: those take longer to learn.
        var indices = IntStream.range(0, count)
                .filter(i -> drawn.shape(i) != DrawnImages.Shape.SQUARE)
                .toArray();
        return TestDataFolder.write(
                folder.resolve(name),
                SIZE,
                List.of("disc", "ring"),
                new int[] {indices.length},
                i -> drawn.shape(indices[i]) == DrawnImages.Shape.DISC ? 0 : 1,
                i -> drawn.pixels(indices[i]));
    }

    private static FileSystem files() throws IOException {
        return FileSystem.getLocal(HADOOP);
    }

    private static org.apache.hadoop.fs.Path hadoop(Path path) {
        return new org.apache.hadoop.fs.Path(path.toUri());
    }

    private static Classifier train(DataFolder images, TrainingSettings settings, TrainingProgress progress)
            throws IOException {
        var training = LabelledImages.read(images, Part.TRAINING, HADOOP);
        var test = LabelledImages.read(images, Part.HELD_OUT, HADOOP);
        return new ClassifierTraining(settings, progress).run(training, test);
    }

    private static Classifier quicklyTrained(long seed) throws IOException {
        return train(fewPictures, new TrainingSettings(1, 20, 1e-3, seed, 32), (images, total, loss) -> {});
    }

    @Test
    void learnsToTellShapesApart() throws IOException {
        var seen = new ArrayList<Long>();
        var losses = new ArrayList<Double>();
        var classifier = train(pictures, new TrainingSettings(7, 32, 2e-3, 0, 32), (images, total, loss) -> {
            assertThat(images).isLessThanOrEqualTo(total);
            seen.add(images);
            losses.add(loss);
        });
        var description = classifier.description();
        assertThat(description.accuracy()).isGreaterThan(0.9);
        assertThat(losses.get(0)).isBetween(0.3, 2.0);
        assertThat(losses.get(losses.size() - 1)).isLessThan(0.5);
        assertThat(seen).isSorted().hasSizeGreaterThan(140);
        assertThat(description.classNames()).containsExactly("disc", "ring");
        assertThat(description.trainingImages() + description.testImages()).isEqualTo(IMAGES);
        assertThat(description.testImages()).isBetween(50L, 110L);
        assertThat(description.trainingData()).contains("pictures").contains("part");
    }

    @Test
    void dependsOnlyOnTheSeed() throws IOException {
        var first = quicklyTrained(5);
        assertThat(quicklyTrained(5).parameters()).isEqualTo(first.parameters());
        assertThat(quicklyTrained(6).parameters()).isNotEqualTo(first.parameters());
    }

    @Test
    void givesFeaturesFromItsFile() throws IOException {
        var classifier = quicklyTrained(1);
        var file = output.resolve("classifier.safetensors");
        String sha256 = ClassifierFile.write(classifier, files(), hadoop(file));
        var stored = ClassifierFile.read(files(), hadoop(file));
        assertThat(stored.sha256()).isEqualTo(sha256);
        assertThat(stored.classifier().description()).isEqualTo(classifier.description());
        assertThat(stored.classifier().parameters()).isEqualTo(classifier.parameters());

        var expected = new WeightSource(Optional.of(file.toString()), Optional.of(sha256));
        try (var model = new ClassifierSpec(expected).load(HADOOP);
                var extractor = model.newExtractor(1)) {
            var info = extractor.info();
            assertThat(info.label("FID")).isEqualTo("FID (classifier)");
            assertThat(info.pooledDimension()).isEqualTo(128);
            assertThat(info.spatialDimension()).isZero();
            assertThat(info.classes()).isEqualTo(2);
            assertThat(info.comparable()).isFalse();
            assertThat(info.sha256()).contains(sha256);
            assertThat(info.variant()).isEqualTo("16 pixels");
            // More than are worked on at once.
            int count = extractor.preferredBatch() + 3;
            var pixels = new byte[count * SIZE * SIZE * 3];
            for (int i = 0; i < count; i++) {
                System.arraycopy(new DrawnImages(2, SIZE).pixels(i), 0, pixels, i * SIZE * SIZE * 3, SIZE * SIZE * 3);
            }
            var features = extractor.extract(new ImageBatch(pixels, count, SIZE, SIZE));
            assertThat(features.pooled()).hasSize(count * 128);
            assertThat(features.spatial()).isEmpty();
            assertThat(features.logits()).hasSize(count * 2);
            var alone = extractor.extract(new ImageBatch(new DrawnImages(2, SIZE).pixels(count - 1), 1, SIZE, SIZE));
            for (int i = 0; i < 128; i++) {
                assertThat(features.pooled()[(count - 1) * 128 + i]).isCloseTo(alone.pooled()[i], within(1e-5f));
            }
            assertThatThrownBy(() -> extractor.extract(new ImageBatch(new byte[32 * 32 * 3], 1, 32, 32)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("16x16")
                    .hasMessageContaining("32x32")
                    .hasMessageContaining("--size 32");
        }
        var wrong = new ClassifierSpec(new WeightSource(Optional.of(file.toString()), Optional.of("0".repeat(64))));
        assertThatThrownBy(() -> wrong.load(HADOOP))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("classifier.safetensors")
                .hasMessageContaining(sha256);
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        var other = output.resolve("other.safetensors");
        try (var stream = Files.newOutputStream(other)) {
            SafetensorsWriter.write(stream, List.of(), Map.of("something", "else"));
        }
        assertThatThrownBy(() -> ClassifierSpec.of(other.toString()).load(HADOOP))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("other.safetensors")
                .hasMessageContaining("casdm train-classifier");
        var damaged = output.resolve("damaged.safetensors");
        try (var stream = Files.newOutputStream(damaged)) {
            SafetensorsWriter.write(stream, List.of(), Map.of("casdm.classifier", "{\"size\":3}"));
        }
        assertThatThrownBy(() -> ClassifierSpec.of(damaged.toString()).load(HADOOP))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("damaged.safetensors")
                .hasMessageContaining("description");
        assertThatThrownBy(() -> new ClassifierSpec(WeightSource.random()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("train-classifier");
    }

    @Test
    void imagesWithoutLabels_areRefused() throws IOException {
        var unlabelled = TestDataFolder.write(
                folder.resolve("unlabelled"),
                SIZE,
                List.of(),
                new int[] {3},
                i -> DatasetDescription.NO_LABEL,
                i -> new DrawnImages(1, SIZE).pixels(i));
        assertThatThrownBy(() -> LabelledImages.read(unlabelled, Part.ALL, HADOOP))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(unlabelled.location())
                .hasMessageContaining("labels");
    }

    @Test
    void testImagesHaveTheSameClasses() throws IOException {
        var other = TestDataFolder.write(
                folder.resolve("other"),
                SIZE,
                List.of("disc", "square"),
                new int[] {2},
                i -> i,
                i -> new DrawnImages(3, SIZE).pixels(i));
        var training = LabelledImages.read(pictures, Part.ALL, HADOOP);
        var test = LabelledImages.read(other, Part.ALL, HADOOP);
        var settings = new TrainingSettings(1, 10, 1e-3, 0, 32);
        assertThatThrownBy(() -> new ClassifierTraining(settings, (images, total, loss) -> {}).run(training, test))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("[disc, square]")
                .hasMessageContaining("[disc, ring]");
    }

    @Test
    void heldOutImages_areTheRest() throws IOException {
        var all = LabelledImages.read(pictures, Part.ALL, HADOOP);
        var training = LabelledImages.read(pictures, Part.TRAINING, HADOOP);
        var heldOut = LabelledImages.read(pictures, Part.HELD_OUT, HADOOP);
        assertThat(all.count()).isEqualTo(IMAGES);
        assertThat(training.count() + heldOut.count()).isEqualTo(IMAGES);
        assertThat(heldOut.count()).isBetween(IMAGES / 20, IMAGES / 5);
        assertThat(all.read(0, 1).images().pixels()).startsWith(new DrawnImages(1, SIZE).pixels(0));
    }
}
