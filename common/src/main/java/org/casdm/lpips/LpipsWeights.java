package org.casdm.lpips;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.casdm.network.Parameter;
import org.casdm.weights.RandomWeights;
import org.casdm.weights.WeightFile;
import org.casdm.weights.WeightSource;
import org.casdm.weights.WeightTensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The frozen weights of LPIPS: of the trunk and of the linear layers. They never change, so all threads of a process
 * share one instance; each {@link Lpips} only reads.
 *
 * <p>Convolution kernels lie as [height, width, in, out], those of width 1 as [in, out].
 */
public final class LpipsWeights {

    private final Trunk trunk;
    private final DataType dataType;
    private final boolean random;
    private final Map<String, INDArray> tensors;
    /** Of every kernel wider than 1: turned by 180 degrees, inputs and outputs swapped. */
    private final Map<String, INDArray> turned;

    private LpipsWeights(Trunk trunk, DataType dataType, boolean random, Map<String, INDArray> tensors) {
        this.trunk = trunk;
        this.dataType = dataType;
        this.random = random;
        this.tensors = Map.copyOf(tensors);
        var kernels = new HashMap<String, INDArray>();
        tensors.forEach((name, tensor) -> {
            if (tensor.rank() == 4 && tensor.size(1) == tensor.size(0) && tensor.size(0) > 1) {
                kernels.put(name, turn(tensor));
            }
        });
        turned = Map.copyOf(kernels);
    }

    private static INDArray turn(INDArray kernel) {
        var turned = Nd4j.createUninitialized(
                kernel.dataType(), kernel.size(0), kernel.size(1), kernel.size(3), kernel.size(2));
        for (long y = 0; y < kernel.size(0); y++) {
            for (long x = 0; x < kernel.size(1); x++) {
                tap(turned, y, x)
                        .assign(tap(kernel, kernel.size(0) - 1 - y, kernel.size(1) - 1 - x)
                                .transpose());
            }
        }
        return turned;
    }

    private static INDArray tap(INDArray kernel, long y, long x) {
        return kernel.get(NDArrayIndex.point(y), NDArrayIndex.point(x), NDArrayIndex.all(), NDArrayIndex.all());
    }

    /**
     * Reads weights from PyTorch or safetensors files. The tensors may have the names of torchvision or of lpips
     * ({@link Trunk#tensors}, {@link Trunk#linTensors}); others in the file are ignored.
     *
     * @param trunkSource weights of the trunk: torchvision's file
     * @param linSource weights of the linear layers: lpips' file for this trunk, version 0.1
     * @param hadoop configuration of the file systems
     * @return float32 weights
     * @throws IOException if a file cannot be read, has another SHA-256 than expected, or lacks tensors; the message
     *         names file and tensors
     */
    public static LpipsWeights load(Trunk trunk, WeightSource trunkSource, WeightSource linSource, Configuration hadoop)
            throws IOException {
        var tensors = new HashMap<String, INDArray>();
        BiConsumer<Parameter, float[]> receiver = (parameter, values) -> put(tensors, parameter, values);
        read(trunkSource, describeTrunk(trunk), trunk.tensors(), hadoop, receiver);
        read(linSource, describeLin(trunk), trunk.linTensors(), hadoop, receiver);
        return new LpipsWeights(trunk, DataType.FLOAT, trunkSource.isRandom() || linSource.isRandom(), tensors);
    }

    /**
     * Checks, without reading values or hashes, that the files exist and hold what {@link #load} needs.
     *
     * @throws IOException if one is missing, is no file of tensors, or lacks some; the message names file and tensors
     */
    public static void check(Trunk trunk, WeightSource trunkSource, WeightSource linSource, Configuration hadoop)
            throws IOException {
        if (!trunkSource.isRandom()) {
            WeightFile.check(trunkSource, describeTrunk(trunk), trunk.tensors(), hadoop);
        }
        if (!linSource.isRandom()) {
            WeightFile.check(linSource, describeLin(trunk), trunk.linTensors(), hadoop);
        }
    }

    private static String describeTrunk(Trunk trunk) {
        return "the weights of the " + trunk.name().toLowerCase(Locale.ROOT) + " trunk";
    }

    private static String describeLin(Trunk trunk) {
        return "the linear layers of LPIPS for the " + trunk.name().toLowerCase(Locale.ROOT) + " trunk";
    }

    private static void read(
            WeightSource source,
            String what,
            List<WeightTensor> wanted,
            Configuration hadoop,
            BiConsumer<Parameter, float[]> receiver)
            throws IOException {
        if (source.isRandom()) {
            wanted.forEach(tensor -> receiver.accept(tensor.parameter(), randomValues(tensor.parameter())));
        } else {
            WeightFile.read(source, what, wanted, hadoop, receiver);
        }
    }

    /**
     * Untrained weights of the right shapes, the same on every machine: to try things out without files. Kernels are
     * uniform in ±√(6 / fan-in) (He et al. 2015), biases 0, linear layers absolute values of what is uniform in ±1.
     * Each tensor is drawn as {@link RandomWeights} says by its torchvision or lpips name ({@code features.0.weight},
     * {@code lin0.model.1.weight}).
     */
    public static LpipsWeights random(Trunk trunk) {
        return of(trunk, true, LpipsWeights::randomValues);
    }

    private static float[] randomValues(Parameter parameter) {
        var values = RandomWeights.values(parameter);
        if (parameter.name().startsWith("lin")) {
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.abs(values[i]);
            }
        }
        return values;
    }

    /**
     * Weights from elsewhere.
     *
     * @param values gives the values of a tensor in the file's layout
     */
    static LpipsWeights of(Trunk trunk, boolean random, Function<Parameter, float[]> values) {
        var tensors = new HashMap<String, INDArray>();
        trunk.tensors().forEach(t -> put(tensors, t.parameter(), values.apply(t.parameter())));
        trunk.linTensors().forEach(t -> put(tensors, t.parameter(), values.apply(t.parameter())));
        return new LpipsWeights(trunk, DataType.FLOAT, random, tensors);
    }

    private static void put(Map<String, INDArray> tensors, Parameter parameter, float[] values) {
        var memory = new float[values.length];
        parameter.fromFile(values, memory, 0);
        tensors.put(parameter.name(), Nd4j.createFromArray(memory).reshape('c', parameter.memoryShape()));
    }

    /** A copy in another type: double serves gradient checks. */
    public LpipsWeights castTo(DataType type) {
        var cast = new HashMap<String, INDArray>();
        tensors.forEach((name, tensor) -> cast.put(name, tensor.castTo(type)));
        return new LpipsWeights(trunk, type, random, cast);
    }

    /** The network that the weights are of. */
    public Trunk trunk() {
        return trunk;
    }

    /** The type of the weights, and of all that is computed with them. */
    public DataType dataType() {
        return dataType;
    }

    /** Whether some of the weights are untrained: distances then say little about perception. */
    public boolean isRandom() {
        return random;
    }

    /**
     * The kernel that a convolution of stride 1 is undone with: the gradient of its input is the convolution of its
     * output's gradient with this, which is several times as fast as {@code conv2d_bp} and its gradient of the weights.
     */
    INDArray inputGradientKernel(String name) {
        return turned.get(name);
    }

    /** A tensor by torchvision's name; stays as it is. */
    public INDArray get(String name) {
        return tensors.get(name);
    }

    /** The weights of a slice's channels, [channels]; stays as it is. */
    public INDArray lin(int slice) {
        var weights = tensors.get("lin" + slice + ".model.1.weight");
        return weights.reshape(weights.length());
    }
}
