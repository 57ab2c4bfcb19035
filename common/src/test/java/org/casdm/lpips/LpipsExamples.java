package org.casdm.lpips;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.network.Parameter;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.testing.Formula;
import org.casdm.weights.WeightSource;
import org.casdm.weights.WeightTensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Weights and images of the reference results. */
public final class LpipsExamples {

    /** The variable that names a folder of lpips' published linear layers, which are not part of this project. */
    public static final String PUBLISHED = "CASDM_LPIPS_FOLDER";

    private LpipsExamples() {}

    /** The formula's weights for trunk and linear layers. */
    public static LpipsWeights formulaWeights(Trunk trunk) {
        return LpipsWeights.of(trunk, false, parameter -> formulaValues(trunk, parameter));
    }

    /**
     * The published linear layers of LPIPS v0.1 over the formula's trunk.
     *
     * @param scratch an empty folder
     */
    public static LpipsWeights publishedLayers(Trunk trunk, Path scratch) throws IOException {
        var trunkFile = write(scratch.resolve("trunk.safetensors"), trunk, trunk.tensors(), 1);
        var layers = Path.of(System.getenv(PUBLISHED), trunk.name().toLowerCase(Locale.ROOT) + ".pth");
        return LpipsWeights.load(
                trunk,
                WeightSource.parse(trunkFile.toString(), Optional.empty()),
                WeightSource.parse(layers.toString(), Optional.empty()),
                new Configuration());
    }

    /** A tensor by the formula, in the file's layout. */
    static float[] formulaValues(Trunk trunk, Parameter parameter) {
        String seed = "golden.lpips." + trunk.name().toLowerCase(Locale.ROOT);
        for (int i = 0; i < trunk.linTensors().size(); i++) {
            if (trunk.linTensors().get(i).parameter().name().equals(parameter.name())) {
                return absolute(Formula.centred(seed + ":lins." + i + ".model.1.weight", parameter.length()));
            }
        }
        var tensor = trunk.tensors().stream()
                .filter(t -> t.parameter().name().equals(parameter.name()))
                .findFirst()
                .orElseThrow();
        // The formula goes by lpips' names.
        return Formula.parameter(seed, tensor.names().get(1), parameter.fileShape());
    }

    private static float[] absolute(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) Math.abs(values[i]);
        }
        return floats;
    }

    /** Images by the formula in [-1, 1], channels last. */
    public static INDArray images(String name, int count, int size, DataType dataType) {
        var pixels = Formula.images(name, count, size);
        var values = new double[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = pixels[i] / 127.5 - 1;
        }
        return Nd4j.createFromArray(values)
                .reshape(count, 3, size, size)
                .permute(0, 2, 3, 1)
                .dup('c')
                .castTo(dataType);
    }

    /**
     * Writes the formula's values as a safetensors file.
     *
     * @param naming which of the names that a tensor may have in files
     */
    static Path write(Path file, Trunk trunk, List<WeightTensor> tensors, int naming) throws IOException {
        var sources = new ArrayList<TensorSource>();
        for (var tensor : tensors) {
            var parameter = tensor.parameter();
            sources.add(TensorSource.of(
                    TensorInfo.float32(tensor.names().get(naming), parameter.fileShape()),
                    formulaValues(trunk, parameter)));
        }
        try (var stream = Files.newOutputStream(file)) {
            SafetensorsWriter.write(stream, sources, Map.of());
        }
        return file;
    }
}
