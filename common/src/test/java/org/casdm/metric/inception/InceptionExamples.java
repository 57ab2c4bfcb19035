package org.casdm.metric.inception;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.Parameter;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.testing.Formula;
import org.casdm.weights.WeightTensor;

/** Weights and images of the reference results. */
public final class InceptionExamples {

    private static final String SEED = "golden.inception";

    private InceptionExamples() {}

    /** Writes the formula's weights as a safetensors file with the published names. */
    public static Path writeWeights(Path file) throws IOException {
        return write(file, InceptionLayout.tensors());
    }

    static Path write(Path file, List<WeightTensor> tensors) throws IOException {
        var sources = new ArrayList<TensorSource>();
        for (var tensor : tensors) {
            var parameter = tensor.parameter();
            sources.add(TensorSource.of(
                    TensorInfo.float32(parameter.name(), parameter.fileShape()),
                    sink -> sink.accept(values(parameter), 0, (int) parameter.length())));
        }
        try (var stream = Files.newOutputStream(file)) {
            SafetensorsWriter.write(stream, sources, Map.of());
        }
        return file;
    }

    private static float[] values(Parameter parameter) {
        var values = Formula.parameter(SEED, parameter.name(), parameter.fileShape());
        if (parameter.name().endsWith(".conv.weight")) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] * Math.sqrt(2));
            }
        }
        return values;
    }

    /** The reference's images of a size, channels last. */
    public static ImageBatch images(int count, int size) {
        return images(SEED + "." + size, count, size);
    }

    /** Images by the formula, channels last. */
    static ImageBatch images(String name, int count, int size) {
        var planes = Formula.images(name, count, size);
        var pixels = new byte[planes.length];
        int plane = size * size;
        for (int i = 0; i < planes.length; i++) {
            int image = i / (3 * plane);
            int channel = i / plane % 3;
            pixels[(image * plane + i % plane) * 3 + channel] = (byte) planes[i];
        }
        return new ImageBatch(pixels, count, size, size);
    }
}
