package org.casdm.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.file.TensorFile;
import org.casdm.testing.Formula;
import org.casdm.weights.UNetWeights.AttentionOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UNetWeightsTest {

    private static final UNetSpec SPEC = new UNetSpec(3, 3, 32, List.of(1, 2), 1, List.of(2), 2, true, 0, 0);

    /** The tensors of a network, by improved-diffusion's names. */
    private static Map<String, TensorSource> tensors(UNetSpec spec, String prefix) {
        var tensors = new LinkedHashMap<String, TensorSource>();
        UNetParameters.of(spec)
                .byName()
                .forEach((name, parameter) -> put(tensors, prefix, name, parameter.fileShape()));
        return tensors;
    }

    private static void put(Map<String, TensorSource> tensors, String prefix, String name, long... shape) {
        tensors.put(
                name,
                TensorSource.of(
                        TensorInfo.float32(prefix + name, shape), Formula.parameter("test" + prefix, name, shape)));
    }

    private static TensorFile file(Map<String, TensorSource> tensors) throws IOException {
        return file(List.copyOf(tensors.values()));
    }

    private static TensorFile file(List<TensorSource> tensors) throws IOException {
        var stream = new ByteArrayOutputStream();
        SafetensorsWriter.write(stream, tensors, Map.of());
        return TensorFile.open(SeekableInput.of("weights.pt", stream.toByteArray()));
    }

    private static Map<String, float[]> read(TensorFile file, AttentionOrder order) throws IOException {
        var values = new LinkedHashMap<String, float[]>();
        new UNetWeights(file, "theta", SPEC).read(order, (parameter, read) -> values.put(parameter.name(), read));
        return values;
    }

    private static float[] expected(String prefix, String name) {
        return Formula.parameter(
                "test" + prefix, name, UNetParameters.of(SPEC).get(name).fileShape());
    }

    private static String refused(Map<String, TensorSource> tensors) throws IOException {
        try (var file = file(tensors)) {
            var message = new String[1];
            assertThatThrownBy(() -> new UNetWeights(file, "theta", SPEC))
                    .isInstanceOf(TensorFormatException.class)
                    .satisfies(e -> message[0] = e.getMessage());
            return message[0];
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "module.", "state_dict.model.", "theta."})
    void isFoundByNameUnderAnyPrefix(String prefix) throws IOException {
        var all = new ArrayList<>(tensors(SPEC, prefix).values());
        if (!prefix.isEmpty()) {
            all.add(TensorSource.of(TensorInfo.float32("optimizer.step", 1), new float[] {3}));
        }
        try (var file = file(all)) {
            assertThat(new UNetWeights(file, "theta", SPEC).prefix()).isEqualTo(prefix);
            var values = read(file, AttentionOrder.HEADS_FIRST);
            assertThat(values.keySet())
                    .isEqualTo(UNetParameters.of(SPEC).byName().keySet());
            values.forEach((name, read) -> assertThat(read).isEqualTo(expected(prefix, name)));
        }
    }

    @Test
    void ofSeveralNetworksItTakesItsOwn() throws IOException {
        var all = new ArrayList<>(tensors(SPEC.withChannels(3, 4), "phi.").values());
        all.addAll(tensors(SPEC, "theta.").values());
        try (var file = file(all)) {
            assertThat(read(file, AttentionOrder.HEADS_FIRST).get("out.2.bias"))
                    .isEqualTo(expected("theta.", "out.2.bias"));
            assertThat(new UNetWeights(file, "phi", SPEC.withChannels(3, 4)).prefix())
                    .isEqualTo("phi.");
        }
    }

    @Test
    void ofALearntVarianceTheNoiseIsTaken() throws IOException {
        var tensors = tensors(SPEC.withChannels(3, 6), "");
        try (var file = file(tensors)) {
            var whole = Formula.parameter("test", "out.2.weight", 6, 32, 3, 3);
            var values = read(file, AttentionOrder.HEADS_FIRST);
            assertThat(values.get("out.2.weight")).isEqualTo(Arrays.copyOf(whole, whole.length / 2));
            assertThat(values.get("out.2.bias")).hasSize(3);
            assertThat(new UNetWeights(file, "theta", SPEC).leavesVariance()).isTrue();
        }
        try (var file = file(tensors(SPEC, ""))) {
            assertThat(new UNetWeights(file, "theta", SPEC).leavesVariance()).isFalse();
        }
        assertThat(refused(tensors(SPEC.withChannels(3, 7), "")))
                .contains("2 tensors differ")
                .contains("out.2.bias: [7] in the file, [3] in the model");
    }

    /** guided-diffusion splits all rows into q, k, v and each into heads; the legacy order is heads first. */
    @Test
    void theNewAttentionOrderIsTurnedIntoTheOld() throws IOException {
        String name = "middle_block.1.qkv.";
        int channels = 64;
        int heads = SPEC.heads();
        int width = channels / heads;
        try (var file = file(tensors(SPEC, ""))) {
            var values = read(file, AttentionOrder.QKV_FIRST);
            var stored = expected("", name + "weight");
            var storedBias = expected("", name + "bias");
            for (int part = 0; part < 3; part++) {
                for (int head = 0; head < heads; head++) {
                    for (int c = 0; c < width; c++) {
                        int there = part * channels + head * width + c;
                        int here = head * 3 * width + part * width + c;
                        assertThat(values.get(name + "bias")[here]).isEqualTo(storedBias[there]);
                        assertThat(Arrays.copyOfRange(
                                        values.get(name + "weight"), here * channels, (here + 1) * channels))
                                .isEqualTo(Arrays.copyOfRange(stored, there * channels, (there + 1) * channels));
                    }
                }
            }
            assertThat(values.get("out.2.weight")).isEqualTo(expected("", "out.2.weight"));
        }
    }

    @Test
    void everyDifferenceIsListed() throws IOException {
        var tensors = tensors(SPEC, "");
        tensors.remove("time_embed.0.bias");
        put(tensors, "", "middle_block.1.norm.weight", 32);
        put(tensors, "", "label_emb.weight", 10, 128);
        assertThat(refused(tensors))
                .startsWith("weights.pt: does not fit the network theta of the model: 3 tensors")
                .contains("\n  time_embed.0.bias: not in the file; [128] in the model")
                .contains("\n  middle_block.1.norm.weight: [32] in the file, [64] in the model")
                .contains("\n  label_emb.weight: [10, 128] in the file; not in the model")
                .contains("model.classes = 10");
    }

    @Test
    void saysWhichSettingsTheFileHas() throws IOException {
        assertThat(refused(tensors(new UNetSpec(3, 3, 64, List.of(1, 2), 1, List.of(2), 2, false, 0, 0), "")))
                .contains("model.theta.channels = 64")
                .contains("model.theta.scale-shift-norm = false");
        var other = new LinkedHashMap<String, TensorSource>();
        put(other, "", "features.0.weight", 64, 3, 3, 3);
        assertThat(refused(other)).contains("holds no U-Net");
    }

    @Test
    void networksOfAnotherFormAreRefusedWithTheirSettings() throws IOException {
        var resampling = new UNetSpec(3, 3, 32, List.of(1.0, 2.0), 1, List.of(2), 2, 0, true, true, 0, 0);
        assertThat(refused(tensors(resampling, ""))).contains("model.theta.resblock-updown = true");
        try (var file = file(tensors(SPEC, ""))) {
            assertThatThrownBy(() -> new UNetWeights(file, "theta", resampling))
                    .hasMessageContaining("model.theta.resblock-updown = false");
            assertThatThrownBy(() -> new UNetWeights(file, "theta", SPEC.withChannels(3, 6)))
                    .hasMessageContaining("model.theta.learn-sigma = false");
        }
    }

    @Test
    void aLearntVarianceIsTakenWhole() throws IOException {
        var spec = SPEC.withChannels(3, 6);
        try (var file = file(tensors(spec, ""))) {
            var weights = new UNetWeights(file, "theta", spec);
            assertThat(weights.leavesVariance()).isFalse();
            weights.read(
                    AttentionOrder.HEADS_FIRST,
                    (parameter, values) -> assertThat(values)
                            .isEqualTo(Formula.parameter("test", parameter.name(), parameter.fileShape())));
        }
    }

    private static UNetSpec withClasses(int classes) {
        return new UNetSpec(3, 3, 32, List.of(1, 2), 1, List.of(2), 2, true, 0, classes);
    }

    @Test
    void aClassForImagesWithoutOneStartsAsZeros() throws IOException {
        try (var file = file(tensors(withClasses(10), ""))) {
            var weights = new UNetWeights(file, "theta", withClasses(11), true);
            assertThat(weights.lacksNullClass()).isTrue();
            var values = new LinkedHashMap<String, float[]>();
            weights.read(AttentionOrder.HEADS_FIRST, (parameter, read) -> values.put(parameter.name(), read));
            var table = Formula.parameter("test", "label_emb.weight", 10, 128);
            assertThat(values.get("label_emb.weight")).isEqualTo(Arrays.copyOf(table, 11 * 128));
            assertThat(values.get("out.2.weight")).isEqualTo(expected("", "out.2.weight"));
        }
        try (var file = file(tensors(withClasses(11), ""))) {
            assertThat(new UNetWeights(file, "theta", withClasses(11), true).lacksNullClass())
                    .isFalse();
        }
    }

    @Test
    void otherNumbersOfClassesAreRefusedWithTheirSettings() throws IOException {
        try (var file = file(tensors(withClasses(10), ""))) {
            assertThatThrownBy(() -> new UNetWeights(file, "theta", withClasses(11)))
                    .hasMessageContaining("label_emb.weight: [10, 128] in the file, [11, 128] in the model")
                    .hasMessageContaining("model.classes = 10, or 9 with model.label-dropout above 0");
            assertThatThrownBy(() -> new UNetWeights(file, "theta", withClasses(12), true))
                    .hasMessageContaining("model.classes = 10");
            assertThatThrownBy(() -> new UNetWeights(file, "theta", SPEC))
                    .hasMessageContaining("label_emb.weight: [10, 128] in the file; not in the model");
        }
        try (var file = file(tensors(SPEC, ""))) {
            assertThatThrownBy(() -> new UNetWeights(file, "theta", withClasses(11), true))
                    .hasMessageContaining("label_emb.weight: not in the file; [11, 128] in the model")
                    .hasMessageContaining("model.classes = 0");
        }
    }

    @Test
    void infiniteValuesAreRefused() throws IOException {
        var tensors = tensors(SPEC, "");
        tensors.put(
                "out.2.bias",
                TensorSource.of(TensorInfo.float32("out.2.bias", 3), new float[] {0, Float.POSITIVE_INFINITY, 0}));
        try (var file = file(tensors)) {
            assertThatThrownBy(() -> read(file, AttentionOrder.HEADS_FIRST))
                    .hasMessageContaining("out.2.bias")
                    .hasMessageContaining("not finite");
        }
    }
}
