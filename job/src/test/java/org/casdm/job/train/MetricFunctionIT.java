package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.ConfigException;
import org.casdm.job.JobFailure;
import org.casdm.job.testing.CountingFileSystem;
import org.casdm.job.testing.LocalCluster;
import org.casdm.lpips.Trunk;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.weights.WeightTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training with LPIPS among the losses, from end to end. */
class MetricFunctionIT {

    @TempDir
    private static Path folder;

    private static Path trunk;
    private static Path lin;

    @BeforeAll
    static void prepare() throws IOException {
        SmallRuns.drawImages(5, 32, folder.resolve("images"), 8);
        trunk = write("trunk.safetensors", Trunk.SQUEEZE.tensors());
        lin = write("lin.safetensors", Trunk.SQUEEZE.linTensors());
    }

    private static Path write(String name, List<WeightTensor> tensors) throws IOException {
        var random = new SplittableRandom(4);
        var sources = new ArrayList<TensorSource>();
        for (var tensor : tensors) {
            var values = new float[(int) tensor.parameter().length()];
            tensor.parameter().initialisation().fill(values, 0, values.length, random);
            sources.add(TensorSource.of(
                    TensorInfo.float32(
                            tensor.parameter().name(), tensor.parameter().fileShape()),
                    values));
        }
        try (var stream = Files.newOutputStream(folder.resolve(name))) {
            SafetensorsWriter.write(stream, sources, Map.of());
        }
        return folder.resolve(name);
    }

    private static List<MetricsLine> train(String run, String... more) throws IOException {
        var runs = new SmallRuns(
                folder,
                List.of(
                        "data.path=" + folder.resolve("images"),
                        "data.size=32",
                        "model.theta.channel-mult=[1]",
                        "model.theta.attention-resolutions=[]",
                        "train.workers=1",
                        "train.averaging.period=2",
                        "train.steps=2",
                        "loss.lpips=0.1",
                        "lpips.trunk=squeeze",
                        "lpips.resize=none"));
        runs.train(
                LocalCluster.inThisJvm("local[2]")
                        .set("spark.hadoop.fs.count.impl", CountingFileSystem.class.getName()),
                run,
                more);
        return runs.metrics(run);
    }

    @Test
    void withoutWeightsItSaysHowToGetThemBeforeAnythingStarts() {
        assertThatThrownBy(() -> train("none"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("deploy/casdm weights get squeezenet lpips-squeeze --to")
                .hasMessageContaining("lpips.weights is not set")
                .hasMessageContaining("lpips.weights = random");
        assertThatThrownBy(() -> train("none", "lpips.weights=" + trunk))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("lpips.lin is not set");
        assertThatThrownBy(() -> train("none", "lpips.weights=random", "data.size=8"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("data.size = 8 is too small");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void filesThatAreMissingOrOthersEndTheRunBeforeTheFirstStep() {
        assertThatThrownBy(() -> train("missing", "lpips.weights=" + folder.resolve("no.pth"), "lpips.lin=" + lin))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("no.pth")
                .hasMessageContaining("weights get squeezenet lpips-squeeze");
        assertThatThrownBy(() -> train("swapped", "lpips.weights=" + lin, "lpips.lin=" + trunk))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("does not hold the weights of the squeeze trunk")
                .hasMessageContaining("features.0.weight");
        assertThat(folder.resolve("swapped")).doesNotExist();
    }

    /** Two workers in one JVM: the driver looks into the files, one of the workers reads them. */
    @Test
    void anExecutorReadsTheWeightsOnceAndChecksThem() throws IOException {
        CountingFileSystem.OPENED.clear();
        var metrics = train(
                "once",
                "train.workers=2",
                "train.steps=6",
                "lpips.weights=count://" + trunk,
                "lpips.weights-sha256=" + Sha256.hex(Files.readAllBytes(trunk)),
                "lpips.lin=count://" + lin);
        assertThat(metrics).hasSize(3);
        assertThat(CountingFileSystem.OPENED)
                .containsEntry("trunk.safetensors", 3)
                .containsEntry("lin.safetensors", 2);

        assertThatThrownBy(() -> train(
                        "hash", "lpips.weights=" + trunk, "lpips.lin=" + lin, "lpips.lin-sha256=" + "0".repeat(64)))
                .hasStackTraceContaining("lin.safetensors: is not the expected file: its SHA-256 is");
    }

    @Test
    void theDistancesOfTheImagesAreLogged() throws IOException {
        var line = train("random", "lpips.weights=random").get(0).values();
        double mean = line.get("lpips").asDouble();
        var ofImages = line.get("lpipsOfImages");
        assertThat(mean).isPositive();
        assertThat(ofImages.get("minimum").asDouble()).isPositive().isLessThan(mean);
        assertThat(ofImages.get("median").asDouble())
                .isBetween(
                        ofImages.get("lowerQuartile").asDouble(),
                        ofImages.get("upperQuartile").asDouble());
        assertThat(ofImages.get("maximum").asDouble()).isGreaterThan(mean);

        var checkpoint = RunFolder.at(folder.resolve("random").toString(), new Configuration())
                .checkpoints()
                .latest()
                .orElseThrow();
        assertThat(checkpoint.state().provenance()).containsEntry("lpips", "random and random");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm", "dual"})
    void otherKindsLearnFromItToo(String kind) throws IOException {
        var line = train(kind, "model.kind=" + kind, "lpips.weights=random", "lpips.resize=224")
                .get(0)
                .values();
        assertThat(line.get("lpips").asDouble()).isPositive();
        assertThat(line.has("x0")).isEqualTo(kind.equals("dual"));
    }
}
