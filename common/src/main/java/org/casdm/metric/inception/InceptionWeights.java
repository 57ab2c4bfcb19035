package org.casdm.metric.inception;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.inception.InceptionLayer.Convolution;
import org.casdm.network.Parameter;
import org.casdm.weights.RandomWeights;
import org.casdm.weights.WeightFile;
import org.casdm.weights.WeightSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The frozen weights, float32, each batch norm made part of the convolution before it. They never change, so all
 * threads of a process share one instance.
 */
public final class InceptionWeights implements AutoCloseable {

    /**
     * A convolution with its batch norm.
     *
     * @param kernel [height, width, in, out]
     * @param bias [out]
     */
    public record Folded(INDArray kernel, INDArray bias) {}

    private final Optional<String> sha256;
    private final Map<String, Folded> convolutions;
    private final INDArray classifier;
    private final float[] classifierBias;

    private InceptionWeights(Optional<String> sha256, Function<Parameter, float[]> values) {
        this.sha256 = sha256;
        var folded = new HashMap<String, Folded>();
        for (var convolution : InceptionLayout.convolutions()) {
            folded.put(convolution.name(), fold(convolution, values));
        }
        convolutions = Map.copyOf(folded);
        var matrix = InceptionLayout.classifierWeight().parameter();
        classifier = array(inMemory(matrix, values.apply(matrix)), matrix.memoryShape());
        classifierBias = values.apply(InceptionLayout.classifierBias().parameter());
    }

    /**
     * Reads weights.
     *
     * @param source pytorch-fid's file {@code pt_inception-2015-12-05-6726825d.pth}, the same tensors as safetensors,
     *        or random weights as {@link RandomWeights} makes them
     * @throws IOException if the file cannot be read, has another SHA-256 than expected or lacks tensors; the message
     *         names file and tensors
     */
    public static InceptionWeights load(WeightSource source, Configuration hadoop) throws IOException {
        if (source.isRandom()) {
            return new InceptionWeights(Optional.empty(), RandomWeights::values);
        }
        var tensors = new HashMap<String, float[]>();
        WeightFile.read(
                source,
                "the weights of the Inception network for FID",
                InceptionLayout.tensors(),
                hadoop,
                (parameter, values) -> tensors.put(parameter.name(), values));
        String sha256 = source.sha256().isPresent() ? source.sha256().get() : WeightFile.sha256(source, hadoop);
        return new InceptionWeights(Optional.of(sha256), parameter -> tensors.get(parameter.name()));
    }

    private static Folded fold(Convolution convolution, Function<Parameter, float[]> values) {
        var kernel = InceptionLayout.kernel(convolution).parameter();
        var gamma = norm(convolution, "weight", values);
        var beta = norm(convolution, "bias", values);
        var mean = norm(convolution, "running_mean", values);
        var variance = norm(convolution, "running_var", values);
        var taps = values.apply(kernel).clone();
        var bias = new float[convolution.outputs()];
        int perOutput = taps.length / bias.length;
        for (int output = 0; output < bias.length; output++) {
            double factor = gamma[output] / Math.sqrt(variance[output] + InceptionLayout.NORM_EPSILON);
            for (int i = output * perOutput; i < (output + 1) * perOutput; i++) {
                taps[i] = (float) (taps[i] * factor);
            }
            bias[output] = (float) (beta[output] - mean[output] * factor);
        }
        return new Folded(array(inMemory(kernel, taps), kernel.memoryShape()), array(bias, bias.length));
    }

    private static float[] norm(Convolution convolution, String vector, Function<Parameter, float[]> values) {
        return values.apply(InceptionLayout.norm(convolution, vector).parameter());
    }

    private static float[] inMemory(Parameter parameter, float[] file) {
        var memory = new float[file.length];
        parameter.fromFile(file, memory, 0);
        return memory;
    }

    private static INDArray array(float[] values, long... shape) {
        return Nd4j.create(values, shape, 'c');
    }

    /** SHA-256 of the file; empty for random weights. */
    public Optional<String> sha256() {
        return sha256;
    }

    /** A convolution's. */
    public Folded get(Convolution convolution) {
        return convolutions.get(convolution.name());
    }

    /** [2048, 1008]. */
    public INDArray classifier() {
        return classifier;
    }

    /** What the published classifier adds to the logits, and the Inception Score leaves out. */
    public float[] classifierBias() {
        return classifierBias.clone();
    }

    @Override
    public void close() {
        convolutions.values().forEach(folded -> {
            folded.kernel().close();
            folded.bias().close();
        });
        classifier.close();
    }
}
