package org.casdm.job.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.FailureStore;
import org.casdm.config.CasdmConfig;
import org.casdm.data.picture.ContactSheet;
import org.casdm.data.picture.Pixels;
import org.casdm.job.rounds.SkippedState;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a person needs to find out why loss or gradient were not finite: the worker's parameters, the minibatch (images,
 * noise, timesteps, labels) with the loss terms of each image, a picture of the images, and which tensors' gradients
 * are not finite.
 */
final class SkippedStepFiles {

    /** Features of the graph's minibatches, in their order. */
    private static final List<String> FEATURES = List.of("x0", "epsilon", "timestep", "label");
    /** Small pictures are enlarged to about this many pixels. */
    private static final int COMFORTABLE_SIZE = 64;

    private final CasdmConfig config;
    private final SkippedState state;
    private final ModelSpec model;
    private final CascadeGraph graph;
    private final List<String> termNames;

    SkippedStepFiles(CasdmConfig config, SkippedState state) {
        this.config = config;
        this.state = state;
        model = ConfiguredModel.of(config);
        graph = (CascadeGraph) state.graph();
        termNames = ConfiguredModel.lossWeights(config).terms(model);
    }

    /** Writes all of it. */
    Path write(FailureStore failures) throws IOException {
        var metadata = Map.of(
                "format", "pt", "step", Long.toString(state.step()), "worker", Integer.toString(state.workerIndex()));
        var tensors = new ModelTensors(model);
        return failures.write(
                state.step(),
                state.workerIndex(),
                List.of(
                        new CheckpointFile(CheckpointFiles.MODEL, metadata, tensors.sources("", graph.params())),
                        new CheckpointFile(FailureStore.MINIBATCH, metadata, minibatch())),
                Map.of(FailureStore.PICTURE, picture()),
                report(tensors));
    }

    private List<TensorSource> minibatch() {
        var sources = new ArrayList<TensorSource>();
        var features = state.minibatch().getFeatures();
        for (int i = 0; i < features.length; i++) {
            sources.add(source(FEATURES.get(i), features[i].shape(), values(features[i])));
        }
        double[][] terms = graph.lastTermsOfImages();
        for (int term = 0; term < termNames.size(); term++) {
            var ofImages = new float[terms.length];
            for (int image = 0; image < terms.length; image++) {
                ofImages[image] = (float) terms[image][term];
            }
            sources.add(source("loss." + termNames.get(term), new long[] {terms.length}, ofImages));
        }
        return sources;
    }

    private static TensorSource source(String name, long[] shape, float[] values) {
        return TensorSource.of(TensorInfo.float32(name, shape), values);
    }

    private static float[] values(INDArray array) {
        return array.dup('c').data().asFloat();
    }

    private byte[] picture() throws IOException {
        var x0 = state.minibatch().getFeatures(0);
        var images = new byte[Math.toIntExact(x0.length())];
        Pixels.toBytes(FloatBuffer.wrap(values(x0)), images, 0, images.length);
        int count = (int) x0.size(0);
        var png = new ByteArrayOutputStream();
        new ContactSheet(
                        (int) Math.ceil(Math.sqrt(count)),
                        Math.max(1, COMFORTABLE_SIZE / config.data().size()))
                .write(images, count, config.data().size(), config.data().channels(), png);
        return png.toByteArray();
    }

    private Map<String, Object> report(ModelTensors tensors) {
        var report = new LinkedHashMap<String, Object>();
        report.put("time", Instant.now().toString());
        report.put("step", state.step());
        report.put("worker", state.workerIndex());
        report.put("executor", state.executorId());
        report.put("loss", state.score());
        double[] terms = graph.lastTerms();
        var byName = new LinkedHashMap<String, Double>();
        for (int i = 0; i < terms.length; i++) {
            byName.put(termNames.get(i), terms[i]);
        }
        report.put("lossTerms", byName);
        report.put("gradientNorm", state.gradientNorm());
        var gradients = new LinkedHashMap<String, Finiteness>();
        tensors.views(graph.getFlattenedGradients()).forEach((name, view) -> gradients.put(name, Finiteness.of(view)));
        var parameters = new LinkedHashMap<String, Finiteness>();
        tensors.views(graph.params()).forEach((name, view) -> parameters.put(name, Finiteness.of(view)));
        report.put("gradientsNotFinite", notFinite(gradients));
        report.put("parametersNotFinite", notFinite(parameters));
        report.put("gradients", gradients);
        report.put("parameters", parameters);
        return report;
    }

    private static List<String> notFinite(Map<String, Finiteness> all) {
        return all.entrySet().stream()
                .filter(entry -> !entry.getValue().holds())
                .map(Map.Entry::getKey)
                .toList();
    }
}
