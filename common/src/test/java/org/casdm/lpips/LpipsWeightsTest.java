package org.casdm.lpips;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.weights.WeightSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LpipsWeightsTest {

    private static final Trunk TRUNK = Trunk.SQUEEZE;
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    private Path folder;

    private static WeightSource file(Path file) {
        return WeightSource.parse(file.toUri().toString(), Optional.empty());
    }

    private Path trunkFile(int naming) throws IOException {
        return LpipsExamples.write(folder.resolve("trunk.safetensors"), TRUNK, TRUNK.tensors(), naming);
    }

    private Path linFile(int naming) throws IOException {
        return LpipsExamples.write(folder.resolve("lin.safetensors"), TRUNK, TRUNK.linTensors(), naming);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,0"})
    void readsAllPublishedNames(int trunkNames, int linNames) throws IOException {
        var weights = LpipsWeights.load(TRUNK, file(trunkFile(trunkNames)), file(linFile(linNames)), HADOOP);
        var expected = LpipsExamples.formulaWeights(TRUNK);
        for (var tensor : TRUNK.tensors()) {
            String name = tensor.parameter().name();
            assertThat(weights.get(name)).as(name).isEqualTo(expected.get(name));
        }
        for (int slice = 0; slice < TRUNK.slices().size(); slice++) {
            assertThat(weights.lin(slice)).isEqualTo(expected.lin(slice));
        }
        assertThat(weights.isRandom()).isFalse();
    }

    @Test
    void namesAreTorchvisionsAndLpips() {
        assertThat(Trunk.VGG.tensors()).hasSize(26);
        assertThat(Trunk.VGG.tensors().get(4).names())
                .containsExactly("features.5.weight", "slice2.5.weight", "net.slice2.5.weight");
        assertThat(Trunk.SQUEEZE.tensors())
                .extracting(tensor -> tensor.names().get(0))
                .contains("features.3.squeeze.weight", "features.12.expand3x3.bias");
        assertThat(Trunk.ALEX.linTensors().get(1).names())
                .containsExactly("lin1.model.1.weight", "lins.1.model.1.weight");
    }

    @Test
    void checksTheHash() throws IOException {
        var trunk = trunkFile(0);
        var lin = linFile(0);
        String hash = Sha256.hex(Files.readAllBytes(lin));
        var right = WeightSource.parse(lin.toString(), Optional.of(hash));
        assertThat(LpipsWeights.load(TRUNK, file(trunk), right, HADOOP).lin(0).length())
                .isEqualTo(64);

        var wrong = WeightSource.parse(lin.toString(), Optional.of("0".repeat(64)));
        assertThatThrownBy(() -> LpipsWeights.load(TRUNK, file(trunk), wrong, HADOOP))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lin.safetensors")
                .hasMessageContaining(hash)
                .hasMessageContaining("0".repeat(64));
        assertThatThrownBy(() -> WeightSource.parse("file", Optional.of("abc"))).hasMessageContaining("abc");
        assertThatThrownBy(() -> WeightSource.parse("random", Optional.of(hash)))
                .hasMessageContaining("SHA-256");
    }

    @Test
    void namesTensorsThatAreMissing() throws IOException {
        var trunk = trunkFile(0);
        assertThatThrownBy(() -> LpipsWeights.load(TRUNK, file(trunk), file(trunk), HADOOP))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trunk.safetensors")
                .hasMessageContaining("no tensor lin0.model.1.weight or lins.0.model.1.weight")
                .hasMessageContaining("and 2 more");
    }

    @Test
    void namesTensorsOfAnotherShape() throws IOException {
        // The linear layers of another trunk: the first has the same width.
        var other = LpipsExamples.write(folder.resolve("alex.safetensors"), Trunk.ALEX, Trunk.ALEX.linTensors(), 0);
        assertThatThrownBy(() -> LpipsWeights.load(Trunk.VGG, WeightSource.random(), file(other), HADOOP))
                .hasMessageContaining("vgg")
                .hasMessageContaining("lin1.model.1.weight has shape [1, 192, 1, 1], not" + " [1, 128, 1, 1]")
                .hasMessageNotContaining("lin0");
    }

    @Test
    void refusesValuesThatAreNotFinite() throws IOException {
        var file = folder.resolve("nan.safetensors");
        var sources = TRUNK.linTensors().stream()
                .map(tensor -> {
                    var values = LpipsExamples.formulaValues(TRUNK, tensor.parameter());
                    values[0] = tensor.parameter().name().startsWith("lin3") ? Float.NaN : 1;
                    return TensorSource.of(
                            TensorInfo.float32(
                                    tensor.names().get(0), tensor.parameter().fileShape()),
                            values);
                })
                .toList();
        try (var stream = Files.newOutputStream(file)) {
            SafetensorsWriter.write(stream, sources, Map.of());
        }
        assertThatThrownBy(() -> LpipsWeights.load(TRUNK, WeightSource.random(), file(file), HADOOP))
                .hasMessageContaining("nan.safetensors")
                .hasMessageContaining("lin3.model.1.weight");
    }

    @Test
    void readsPyTorchFiles() throws URISyntaxException {
        // A state file of something else: read as such, and found to lack everything.
        var file = Path.of(LpipsWeightsTest.class
                .getResource("/fixtures/pytorch/state_zip.pth")
                .toURI());
        assertThatThrownBy(() -> LpipsWeights.load(TRUNK, file(file), WeightSource.random(), HADOOP))
                .hasMessageContaining("state_zip.pth")
                .hasMessageContaining("no tensor features.0.weight")
                .hasMessageContaining("more");
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(
                        () -> LpipsWeights.load(TRUNK, file(folder.resolve("none.pth")), WeightSource.random(), HADOOP))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.pth");
    }

    @Test
    void randomWeightsFollowTheFormula() throws IOException {
        var weights = LpipsWeights.random(TRUNK);
        assertThat(weights.isRandom()).isTrue();
        var again = LpipsWeights.load(TRUNK, WeightSource.random(), WeightSource.random(), HADOOP);
        assertThat(again.isRandom()).isTrue();
        assertThat(again.get("features.0.weight")).isEqualTo(weights.get("features.0.weight"));
        // The first value in the file's order is that of the first tap, input and output in memory's.
        var generator = new SplittableRandom(20240205 + "features.0.weight".hashCode());
        float first = (float) ((2 * generator.nextDouble() - 1) * Math.sqrt(6.0 / 27));
        assertThat(weights.get("features.0.weight").getFloat(0, 0, 0, 0)).isEqualTo(first);
        assertThat(weights.get("features.0.bias").maxNumber().doubleValue()).isZero();
        for (int slice = 0; slice < TRUNK.slices().size(); slice++) {
            assertThat(weights.lin(slice).minNumber().doubleValue()).isNotNegative();
            assertThat(weights.lin(slice).meanNumber().doubleValue()).isBetween(0.4, 0.6);
        }
    }

    @Test
    void mixtureOfFileAndRandomCountsAsRandom() throws IOException {
        assertThat(LpipsWeights.load(TRUNK, file(trunkFile(0)), WeightSource.random(), HADOOP)
                        .isRandom())
                .isTrue();
    }
}
