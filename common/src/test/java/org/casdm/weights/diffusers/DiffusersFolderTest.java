package org.casdm.weights.diffusers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.file.TensorFile;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Formula;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Networks that diffusers itself has computed, read and written. */
class DiffusersFolderTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SIZE = 16;
    private static final int[] TIMESTEPS = {17, 731};
    private static final int[] LABELS = {3, 0};

    @TempDir
    private Path folder;

    private final Golden golden = Golden.load("diffusers_unet");

    private DiffusersFolder at(String name) throws IOException {
        var path = new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
        return new DiffusersFolder(FileSystem.getLocal(new Configuration()).getRawFileSystem(), path);
    }

    private JsonNode config(String network) throws IOException {
        return JSON.readTree(golden.metadata().get(network));
    }

    /** The folder that diffusers would store, with the formula's weights under diffusers' names. */
    private void store(String network, JsonNode config) throws IOException {
        var unet = Files.createDirectories(folder.resolve(network).resolve("unet"));
        Files.writeString(unet.resolve("config.json"), config.toString());
        var tensors = new ArrayList<TensorSource>();
        for (var piece : new TensorNames(UNetConfig.read(config(network))).pieces()) {
            tensors.add(TensorSource.of(
                    TensorInfo.float32(piece.name(), piece.shape()),
                    Formula.parameter(golden.metadata().get("seed"), piece.name(), piece.shape())));
        }
        var bytes = new ByteArrayOutputStream();
        SafetensorsWriter.write(bytes, tensors, Map.of());
        Files.write(unet.resolve("diffusion_pytorch_model.safetensors"), bytes.toByteArray());
    }

    private static float[] vector(DiffusersFolder stored, UNetSpec spec) throws IOException {
        var layout = UNetParameters.of(spec);
        var vector = new float[Math.toIntExact(layout.length())];
        stored.read(
                spec, (parameter, values) -> parameter.fromFile(values, vector, Math.toIntExact(parameter.offset())));
        return vector;
    }

    @ParameterizedTest
    @CsvSource({"scaled,ND4J", "scaled,LIBTORCH", "added,ND4J", "added,LIBTORCH"})
    void readNetwork_hasDiffusersOutput(String network, EngineChoice engine) throws IOException {
        store(network, config(network));
        var found = at(network).readNetwork();
        assertThat(found.size()).isEqualTo(SIZE);
        var spec = found.spec();
        var computer = EngineRequests.computer(engine);
        var x = Networks.channelsLast(golden, network + ".x", DataType.FLOAT);
        var input = x.data().asFloat();
        int length = input.length / TIMESTEPS.length;
        var output = new float[input.length];
        try (var parameters = new FloatPointer(vector(at(network), spec));
                var denoiser =
                        computer.engine().denoiser(spec, parameters, computer.device(), computer.arithmetic(1))) {
            for (int image = 0; image < TIMESTEPS.length; image++) {
                var one = new float[length];
                denoiser.forward(
                        Arrays.copyOfRange(input, image * length, (image + 1) * length),
                        1,
                        SIZE,
                        TIMESTEPS[image],
                        spec.classes() > 0 ? new int[] {LABELS[image]} : null,
                        one);
                System.arraycopy(one, 0, output, image * length, length);
            }
        }
        assertThat(Golden.relativeError(
                        Networks.channelsFirst(Nd4j.createFromArray(output).reshape(x.shape())),
                        golden.doubles(network + ".output")))
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"scaled", "added"})
    void writtenNetwork_isTheOneRead(String network) throws IOException {
        store(network, config(network));
        var spec = at(network).readNetwork().spec();
        var vector = vector(at(network), spec);
        var layout = UNetParameters.of(spec);
        at("written").write(spec, SIZE, DiffusersFolder.Schedule.LINEAR, 1000, true, parameter -> {
            var file = new float[Math.toIntExact(parameter.length())];
            parameter.toFile(
                    vector, Math.toIntExact(layout.get(parameter.name()).offset()), file);
            return file;
        });

        assertThat(tensors("written")).isEqualTo(tensors(network));
        var expected = config(network);
        var written = JSON.readTree(folder.resolve("written/unet/config.json").toFile());
        written.fields().forEachRemaining(field -> {
            var theirs = expected.get(field.getKey());
            assertThat(theirs).as(field.getKey()).isNotNull();
            if (field.getValue().isNumber()) {
                assertThat(field.getValue().asDouble()).as(field.getKey()).isEqualTo(theirs.asDouble());
            } else {
                assertThat(field.getValue()).as(field.getKey()).isEqualTo(theirs);
            }
        });
        var scheduler = JSON.readTree(
                folder.resolve("written/scheduler/scheduler_config.json").toFile());
        assertThat(scheduler.get("beta_start").asDouble()).isEqualTo(1e-4);
        assertThat(scheduler.get("beta_end").asDouble()).isEqualTo(0.02);
        assertThat(JSON.readTree(folder.resolve("written/model_index.json").toFile())
                        .get("unet")
                        .get(1)
                        .asText())
                .isEqualTo("UNet2DModel");
        assertThat(at("written").readNetwork().spec()).isEqualTo(spec);
    }

    private Map<String, List<Float>> tensors(String network) throws IOException {
        var path = new org.apache.hadoop.fs.Path(folder.resolve(network + "/unet/diffusion_pytorch_model.safetensors")
                .toUri());
        var tensors = new HashMap<String, List<Float>>();
        try (var file = TensorFile.open(FileSystem.getLocal(new Configuration()).getRawFileSystem(), path)) {
            for (var tensor : file.tensors()) {
                var values = new float[Math.toIntExact(tensor.info().elementCount())];
                tensor.read(FloatSink.into(values));
                var list = new ArrayList<Float>();
                for (float value : values) {
                    list.add(value);
                }
                tensors.put(tensor.info().name(), list);
            }
        }
        return tensors;
    }

    @Test
    void networksThatDiffusersDoesNotHave_areNamed() {
        var wide = new UNetSpec(3, 3, 32, List.of(2, 2), 1, List.of(), 2, true, 0, 0);
        assertThat(DiffusersFolder.obstacles(wide)).singleElement().asString().contains("channel-mult");
        var heads = new UNetSpec(3, 3, 32, List.of(1, 2), 1, List.of(1), 2, true, 0, 0);
        assertThat(DiffusersFolder.obstacles(heads)).singleElement().asString().contains("heads = 2", "[32, 64]");
        assertThat(DiffusersFolder.obstacles(new UNetSpec(3, 3, 32, List.of(1, 2), 1, List.of(1), 1, true, 0, 0)))
                .isEmpty();
        assertThatThrownBy(() -> at("x").write(heads, SIZE, DiffusersFolder.Schedule.LINEAR, 1000, true, p -> null))
                .hasMessageContaining("heads = 2");
    }

    @Test
    void networksThatThisProgramDoesNotHave_areRejected() throws IOException {
        var config = (ObjectNode) config("added");
        config.put("flip_sin_to_cos", false).put("downsample_padding", 0);
        store("added", config);
        assertThatThrownBy(() -> at("added").readNetwork())
                .hasMessageContaining("flip_sin_to_cos = false, not true")
                .hasMessageContaining("downsample_padding = 0");
        assertThatThrownBy(() -> at("nothing").readNetwork()).hasMessageContaining("no model of diffusers");
        store("scaled", config("scaled"));
        var other = UNetConfig.read(config("added"));
        assertThatThrownBy(() -> at("scaled").read(other, (parameter, values) -> {}))
                .hasMessageContaining("does not fit");
    }
}
