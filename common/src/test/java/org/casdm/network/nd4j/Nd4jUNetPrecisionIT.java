package org.casdm.network.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network as wide as those that are trained, in float32 and in double precision: what the golden files' narrow ones do
 * not reach.
 */
class Nd4jUNetPrecisionIT {

    private static final UNetSpec SPEC = new UNetSpec(3, 3, 64, List.of(1, 2), 1, List.of(2), 4, true, 0, 0);

    private record Result(INDArray output, INDArray inputGradient, INDArray gradients, INDArray drawn) {}

    private static Result run(DataType type) {
        var layout = UNetParameters.of(SPEC);
        var parameters = Networks.vector(Networks.formulaWeights("wide", SPEC), type);
        var gradients = Nd4j.create(type, 1, layout.length());
        var x = Networks.normal(1, type, 4, 16, 16, 3);
        var timesteps = Networks.column(new long[] {0, 10, 500, 999}, type);
        try (var network = new Nd4jUNet(SPEC, parameters, gradients, 2)) {
            var drawn = network.forward(x, timesteps, null, false).dup();
            var output = network.forward(x, timesteps, null, true).dup();
            var inputGradient =
                    network.backward(Networks.normal(2, type, 4, 16, 16, 3)).dup();
            return new Result(output, inputGradient, gradients, drawn);
        }
    }

    private static double error(INDArray actual, INDArray exact) {
        var difference = actual.castTo(DataType.DOUBLE).sub(exact);
        return difference.norm2Number().doubleValue() / exact.norm2Number().doubleValue();
    }

    @Test
    void float32IsNearDouble() {
        var exact = run(DataType.DOUBLE);
        var actual = run(DataType.FLOAT);
        assertThat(error(actual.drawn(), exact.drawn())).isLessThan(3e-6);
        assertThat(error(actual.output(), exact.output())).isLessThan(3e-6);
        assertThat(error(actual.inputGradient(), exact.inputGradient())).isLessThan(6e-6);
        assertThat(error(actual.gradients(), exact.gradients())).isLessThan(6e-6);
    }
}
