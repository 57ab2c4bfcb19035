package org.casdm.lpips;

import org.casdm.network.Parameter;
import org.casdm.testing.Formula;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Weights and images of the reference results. */
public final class LpipsExamples {

    private LpipsExamples() {
    }

    /** The formula's weights for trunk and linear layers. */
    public static LpipsWeights formulaWeights(Trunk trunk) {
        return LpipsWeights.of(trunk, false, parameter -> formulaValues(trunk, parameter));
    }

    /** A tensor by the formula, in the file's layout. */
    static float[] formulaValues(Trunk trunk, Parameter parameter) {
        String seed = "golden.lpips." + trunk.name().toLowerCase();
        for (int i = 0; i < trunk.linTensors().size(); i++) {
            if (trunk.linTensors().get(i).parameter().name().equals(parameter.name())) {
                return absolute(Formula.centred(seed + ":lins." + i + ".model.1.weight", parameter.length()));
            }
        }
        var tensor = trunk.tensors().stream().filter(t -> t.parameter().name().equals(parameter.name())).findFirst()
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
    static INDArray images(String name, int count, int size, DataType dataType) {
        var pixels = Formula.images(name, count, size);
        var values = new double[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = pixels[i] / 127.5 - 1;
        }
        return Nd4j.createFromArray(values).reshape(count, 3, size, size).permute(0, 2, 3, 1).dup('c').castTo(dataType);
    }
}
