package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.job.JobFailure;
import org.casdm.job.testing.LocalCluster;
import org.casdm.optimizer.AdamW;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.file.TensorFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Training with steps whose loss is not finite. The class of one image out of eight has an embedding that is too large
 * to compute with: only steps on that image go wrong, once an epoch, for one worker.
 */
class NotFiniteTrainingIT {

    private static final int IMAGES = 8;
    private static final int BAD_CLASS = 1;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void drawImages() throws IOException {
        var drawn = folder.resolve("drawn");
        SmallRuns.drawImages(5, 8, drawn, 3 * IMAGES);
        Files.createDirectories(folder.resolve("images"));
        Files.move(drawn.resolve("disc"), folder.resolve("images/disc"));
        try (var discs = Files.list(folder.resolve("images/disc"))) {
            var pictures =
                    discs.filter(file -> file.toString().endsWith(".png")).sorted();
            for (var file : pictures.skip(IMAGES - 1).toList()) {
                Files.delete(file);
            }
        }
        Files.createDirectories(folder.resolve("images/square"));
        Files.move(drawn.resolve("square/000001.png"), folder.resolve("images/square/000001.png"));
        writeWeights();
    }

    private static void writeWeights() throws IOException {
        var model = ConfiguredModel.of(runs().config("none"));
        try (var graph = CascadeGraph.create(
                        model,
                        new CascadeGraph.Training(new AdamW(1e-3, 0, 0.9, 0.999, 1e-8, 0), 0, 1, 1, DataType.FLOAT));
                var stream = Files.newOutputStream(folder.resolve("weights.safetensors"))) {
            var tensors = new ModelTensors(model);
            var embedding = tensors.views(graph.params()).get("theta.label_emb.weight");
            long width = embedding.length() / 2;
            embedding
                    .get(NDArrayIndex.interval(BAD_CLASS * width, (BAD_CLASS + 1) * width))
                    .assign(3e38);
            SafetensorsWriter.write(stream, tensors.sources("", graph.params()), Map.of());
        }
    }

    private static SmallRuns runs() {
        return new SmallRuns(
                folder,
                List.of(
                        "data.path=" + folder.resolve("images"),
                        "data.size=8",
                        "model.kind=ddpm",
                        "model.classes=2",
                        "model.theta.channel-mult=[1]",
                        "model.theta.attention-resolutions=[]",
                        "model.theta.init-from=" + folder.resolve("weights.safetensors"),
                        "train.averaging.period=2",
                        "train.workers=2",
                        "train.steps=8",
                        "train.optimizer.learning-rate=1e-3",
                        "train.optimizer.weight-decay=0.1",
                        "checkpoint.every-steps=4"));
    }

    private static StoredCheckpoint train(String run, String... more) throws IOException {
        return runs().train(LocalCluster.inThisJvm("local[2]"), run, more);
    }

    private static RunFolder run(String run) throws IOException {
        return RunFolder.at(folder.resolve(run).toString(), new Configuration());
    }

    /** Four steps of four images: two epochs, in each of which one step of one worker meets the bad image. */
    @Test
    void skipsTheStepCountsItAndKeepsWhatLedToIt() throws IOException {
        var whole = train("whole");
        assertThat(whole.state().step()).isEqualTo(8);
        assertThat(whole.state().imagesSeen()).isEqualTo(32);
        var lines = runs().metrics("whole");
        assertThat(lines.stream()
                        .mapToInt(line -> line.values().get("skippedSteps").asInt())
                        .sum())
                .isEqualTo(4);
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.values().get("loss").isNumber()).isTrue();
            assertThat(line.values().get("gradientNorm").asDouble()).isPositive();
        });
        whole.read("model.safetensors", info -> chunk -> {
            while (chunk.hasRemaining()) {
                assertThat(chunk.get()).isFinite();
            }
        });

        var failures = run("whole").failures().folders();
        assertThat(failures).hasSize(4);
        var failure = Path.of(failures.get(0).toUri());
        var report = new ObjectMapper().readTree(failure.resolve("failure.json").toFile());
        assertThat(report.get("step").asLong()).isLessThan(2);
        assertThat(report.get("loss").asText()).isIn("NaN", "Infinity");
        assertThat(report.get("lossTerms").has("eps")).isTrue();
        assertThat(report.get("gradientsNotFinite")).isNotEmpty();
        assertThat(report.get("parametersNotFinite")).isEmpty();
        assertThat(report.get("parameters")
                        .get("theta.label_emb.weight")
                        .get("norm")
                        .asDouble())
                .isGreaterThan(1e38);
        assertThat(ImageIO.read(failure.resolve("minibatch.png").toFile()).getHeight())
                .isEqualTo(64);
        var hadoop = new org.apache.hadoop.fs.Path(
                failure.resolve("minibatch.safetensors").toUri());
        try (var minibatch = TensorFile.open(FileSystem.getLocal(new Configuration()), hadoop)) {
            assertThat(minibatch.tensors())
                    .extracting(tensor -> tensor.info().name())
                    .containsExactlyInAnyOrder("x0", "epsilon", "timestep", "label", "loss.eps");
        }

        train("parts", "train.steps=4");
        var resumed = train("parts");
        assertThat(resumed.files()).isEqualTo(whole.files());
    }

    /** One of each class: the model draws none of the bad one. */
    @Test
    void continuesWithoutAGridThatCannotBeDrawn() throws IOException {
        assertThat(train("grids", "samples.every-steps=4", "samples.count=2")
                        .state()
                        .step())
                .isEqualTo(8);
        assertThat(folder.resolve("grids/samples"))
                .satisfiesAnyOf(
                        samples -> assertThat(samples).doesNotExist(),
                        samples -> assertThat(samples).isEmptyDirectory());
        train("drawn", "samples.every-steps=4", "samples.count=1");
        assertThat(folder.resolve("drawn/samples")).isDirectoryContaining("glob:**/000000008.png");
    }

    @Test
    void endsTheRunAfterTooMany() throws IOException {
        assertThatThrownBy(() -> train("stopped", "train.max-skipped-steps=0"))
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll(
                        "in 1 step since the last checkpoint",
                        "train.max-skipped-steps = 0",
                        "of worker",
                        "on executor driver",
                        "failures/00000000",
                        "train.optimizer.learning-rate");
        assertThat(run("stopped").checkpoints().latest()).isEmpty();
        assertThat(run("stopped").failures().folders()).hasSize(1);
        assertThat(runs().metrics("stopped")).hasSize(1);

        // Two in each four steps are as many as there may be, however many there are in the whole run.
        assertThat(train("allowed", "train.max-skipped-steps=2").state().step()).isEqualTo(8);
        assertThatThrownBy(() -> train("rarely", "train.max-skipped-steps=2", "checkpoint.every-steps=8"))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("in 3 steps since the last checkpoint");
    }
}
