package org.casdm.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.network.Parameter;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.file.TensorFile;
import org.casdm.weights.UNetWeights;
import org.casdm.weights.UNetWeights.AttentionOrder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Networks and arrays of the golden files in this project's layouts. */
public final class Networks {

    private Networks() {}

    /** The network that a golden file's metadata describes. */
    public static UNetSpec spec(String json, int inputChannels, int outputChannels) {
        JsonNode node;
        try {
            node = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
        return new UNetSpec(
                inputChannels,
                outputChannels,
                node.get("channels").asInt(),
                integers(node.get("mult")).stream().map(Integer::doubleValue).toList(),
                node.get("res_blocks").asInt(),
                integers(node.has("attention") ? node.get("attention") : node.get("attention_downsample")),
                node.get("heads").asInt(),
                node.path("head_channels").asInt(0),
                node.path("updown").asBoolean(false),
                node.path("scale_shift").asBoolean(true),
                0,
                node.path("classes").asInt(0));
    }

    private static List<Integer> integers(JsonNode array) {
        var values = new ArrayList<Integer>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }

    /** The formula's weights in memory's layout. */
    public static float[] formulaWeights(String seed, UNetSpec spec) {
        var layout = UNetParameters.of(spec);
        var values = new float[(int) layout.length()];
        for (Parameter parameter : layout.all()) {
            parameter.fromFile(
                    Formula.parameter(seed, parameter.name(), parameter.fileShape()), values, (int) parameter.offset());
        }
        return values;
    }

    /**
     * The formula's weights of a model's networks, θ before φ.
     *
     * @param seedOf the seed that belongs to a network's name
     */
    public static FloatPointer formulaParameters(ModelSpec model, UnaryOperator<String> seedOf) {
        var parts = model.networks().stream()
                .map(network -> formulaWeights(seedOf.apply(network.name()), network.spec()))
                .toList();
        var vector =
                new FloatPointer(parts.stream().mapToLong(part -> part.length).sum());
        long from = 0;
        for (float[] part : parts) {
            vector.getPointer(from).put(part);
            from += part.length;
        }
        return vector;
    }

    /**
     * The formula's weights of a golden file whose attention is ordered in a way, in memory's layout: through a file, as
     * published weights come.
     */
    public static float[] formulaWeights(String seed, UNetSpec spec, AttentionOrder order) {
        var layout = UNetParameters.of(spec);
        var tensors = new ArrayList<TensorSource>();
        for (Parameter parameter : layout.all()) {
            long[] shape = parameter.fileShape();
            tensors.add(TensorSource.of(
                    TensorInfo.float32(parameter.name(), shape), Formula.parameter(seed, parameter.name(), shape)));
        }
        var values = new float[(int) layout.length()];
        var stream = new ByteArrayOutputStream();
        try {
            SafetensorsWriter.write(stream, tensors, Map.of());
            try (var file = TensorFile.open(SeekableInput.of(seed, stream.toByteArray()))) {
                new UNetWeights(file, "theta", spec)
                        .read(order, (parameter, read) -> parameter.fromFile(read, values, (int) parameter.offset()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values;
    }

    /** The order of attention that a golden file's metadata says. */
    public static AttentionOrder attentionOrder(Golden golden) {
        return golden.metadata().get("config").contains("\"new_order\": true")
                ? AttentionOrder.QKV_FIRST
                : AttentionOrder.HEADS_FIRST;
    }

    /** Standard normal values of a fixed seed. */
    public static INDArray normal(long seed, DataType dataType, long... shape) {
        var random = new Random(seed);
        var values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Nd4j.createFromArray(values).castTo(dataType).reshape(shape);
    }

    /** A flat vector. */
    public static INDArray vector(float[] values, DataType dataType) {
        return Nd4j.createFromArray(values).castTo(dataType).reshape(1, values.length);
    }

    /** [images, channels, height, width] of a golden file as [images, height, width, channels]. */
    public static INDArray channelsLast(Golden golden, String name, DataType dataType) {
        return Nd4j.createFromArray(golden.doubles(name))
                .reshape('c', golden.shape(name))
                .permute(0, 2, 3, 1)
                .dup('c')
                .castTo(dataType);
    }

    /** The reverse: values in the golden file's order. */
    public static double[] channelsFirst(INDArray array) {
        return array.permute(0, 3, 1, 2).dup('c').castTo(DataType.DOUBLE).data().asDouble();
    }

    /** Integers as a column. */
    public static INDArray column(long[] values, DataType dataType) {
        return Nd4j.createFromArray(values).castTo(dataType).reshape(values.length, 1);
    }

    /** A parameter's part of a flat vector, in the file's layout. */
    public static double[] inFileLayout(Parameter parameter, INDArray flat) {
        var memory = flat.reshape(flat.length())
                .get(NDArrayIndex.interval(parameter.offset(), parameter.offset() + parameter.length()))
                .dup()
                .castTo(DataType.FLOAT)
                .data()
                .asFloat();
        var file = new float[memory.length];
        parameter.toFile(memory, 0, file);
        var result = new double[file.length];
        for (int i = 0; i < file.length; i++) {
            result[i] = file[i];
        }
        return result;
    }
}
