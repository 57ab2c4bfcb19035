package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigLoader;
import org.casdm.network.UNetParameters;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

class InitialWeightsTest {

    @TempDir
    private Path folder;

    private static CasdmConfig config(String... more) {
        var settings = new ArrayList<>(List.of(
                "data.size=16",
                "model.theta.channels=32",
                "model.theta.channel-mult=[1]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[16]",
                "model.theta.heads=2"));
        settings.addAll(List.of(more));
        return ConfigLoader.load(Optional.empty(), settings);
    }

    private static TrainedModel model(CasdmConfig config, long seed) {
        var model = ConfiguredModel.of(config);
        var graph = CascadeGraph.create(model, new Training(new Adam(0.1), 0, seed, 1, DataType.FLOAT));
        // Fresh networks have tensors of zeros.
        graph.params().addi(seed * 0.01);
        return new TrainedModel(model, graph, List.of(0.9), List.of(), false);
    }

    /** As a checkpoint has them. */
    private Path write(TrainedModel model) throws IOException {
        var file = folder.resolve("model.safetensors");
        try (var stream = Files.newOutputStream(file)) {
            SafetensorsWriter.write(stream, model.tensors().sources("", model.parameters()), Map.of());
        }
        return file;
    }

    private static INDArray flat(TrainedModel model) {
        return model.parameters().reshape(model.parameters().length());
    }

    private static void load(TrainedModel model, String... more) throws IOException {
        InitialWeights.load(config(more), model, new Configuration());
    }

    @Test
    void eachNetworkStartsFromItsOwnFile() throws IOException {
        var source = model(config(), 1);
        var file = write(source);
        long theta = UNetParameters.of(source.spec().theta()).length();
        var ofTheta = NDArrayIndex.interval(0, theta);
        var ofPhi = NDArrayIndex.interval(theta, source.tensors().length());

        var first = model(config(), 2);
        var before = flat(first).dup();
        load(first, "model.theta.init-from=" + file);
        assertThat(flat(first).get(ofTheta)).isEqualTo(flat(source).get(ofTheta));
        assertThat(flat(first).get(ofPhi)).isEqualTo(before.get(ofPhi));

        load(first, "model.theta.init-from=" + file, "model.phi.init-from=" + file);
        assertThat(flat(first)).isEqualTo(flat(source));

        var untouched = model(config(), 2);
        load(untouched);
        assertThat(flat(untouched)).isEqualTo(before);
    }

    @Test
    void aNetworkOfAnotherShapeIsRefusedTensorByTensor() throws IOException {
        var file = write(model(config(), 1));
        var wider = model(config("model.theta.channels=64"), 2);
        assertThatThrownBy(() -> load(wider, "model.theta.init-from=" + file))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("does not fit the network theta")
                .hasMessageContaining("time_embed.0.weight: [128, 32] in the file, [256, 64] in the model")
                .hasMessageContaining("model.theta.channels = 32");
    }

    @Test
    void classesStartAModelThatDropsLabels() throws IOException {
        var source = model(config("model.classes=3"), 1);
        var file = write(source);
        String[] settings = {
            "model.classes=3", "model.label-dropout=0.1", "model.theta.init-from=" + file, "model.phi.init-from=" + file
        };
        var model = model(config(settings), 2);

        load(model, settings);

        var read = model.tensors().views(model.parameters());
        source.tensors().views(source.parameters()).forEach((name, stored) -> {
            if (name.endsWith("label_emb.weight")) {
                var table = read.get(name);
                assertThat(table.length()).isEqualTo(4 * 128);
                assertThat(table.get(NDArrayIndex.interval(0, 3 * 128))).isEqualTo(stored);
                assertThat(table.get(NDArrayIndex.interval(3 * 128, 4 * 128)))
                        .isEqualTo(Nd4j.zeros(DataType.FLOAT, 128));
            } else {
                assertThat(read.get(name)).as(name).isEqualTo(stored);
            }
        });
    }
}
