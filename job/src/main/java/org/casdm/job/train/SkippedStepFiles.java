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
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.FailureStore;
import org.casdm.config.CasdmConfig;
import org.casdm.data.picture.ContactSheet;
import org.casdm.data.picture.Pixels;
import org.casdm.engine.Batch;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.casdm.job.rounds.step.SkippedState;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What a person needs to find out why loss or gradient were not finite: the worker's parameters, the minibatch (images,
 * noise, timesteps, labels) with the loss terms of each image, a picture of the images, and which tensors' gradients
 * are not finite.
 */
final class SkippedStepFiles {

    /** Small pictures are enlarged to about this many pixels. */
    private static final int COMFORTABLE_SIZE = 64;

    private final CasdmConfig config;
    private final SkippedState state;
    private final ModelSpec model;
    private final ComputationGraph graph;
    private final Batch batch;
    private final List<String> termNames;

    SkippedStepFiles(CasdmConfig config, SkippedState state) {
        this.config = config;
        this.state = state;
        model = ConfiguredModel.of(config);
        graph = state.graph();
        batch = ((BatchDataSet) state.minibatch()).batch();
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
        long[] pictures = {batch.images(), batch.size(), batch.size(), batch.channels()};
        long[] column = {batch.images(), 1};
        sources.add(source("x0", pictures, batch.x0()));
        sources.add(source("epsilon", pictures, batch.epsilon()));
        sources.add(source("timestep", column, values(batch.timesteps())));
        if (batch.labels() != null) {
            sources.add(source("label", column, values(batch.labels())));
        }
        double[][] terms = state.outcome().termsOfImages();
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

    private static float[] values(int[] numbers) {
        var values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers[i];
        }
        return values;
    }

    private byte[] picture() throws IOException {
        var images = new byte[batch.x0().length];
        Pixels.toBytes(FloatBuffer.wrap(batch.x0()), images, 0, images.length);
        int count = batch.images();
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
        report.put("loss", state.outcome().score());
        double[] terms = state.outcome().terms();
        var byName = new LinkedHashMap<String, Double>();
        for (int i = 0; i < terms.length; i++) {
            byName.put(termNames.get(i), terms[i]);
        }
        report.put("lossTerms", byName);
        report.put("gradientNorm", state.outcome().gradientNorm());
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
