package org.casdm.network.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class Nd4jUNetClassesTest {

    private static final int CLASSES = 1000;
    private static final UNetSpec SPEC = new UNetSpec(3, 3, 32, List.of(1), 1, List.of(), 2, true, 0, CLASSES);

    private record Result(INDArray output, INDArray rowGradient) {}

    private static Result compute(INDArray parameters, int label) {
        var layout = UNetParameters.of(SPEC);
        var gradients = Nd4j.create(DataType.DOUBLE, 1, layout.length());
        var x = Networks.normal(1, DataType.DOUBLE, 1, 8, 8, 3);
        try (var network = new Nd4jUNet(SPEC, parameters, gradients, 1)) {
            var output = network.forward(
                            x,
                            Networks.column(new long[] {5}, DataType.DOUBLE),
                            Networks.column(new long[] {label}, DataType.DOUBLE),
                            true)
                    .dup();
            network.backward(output.dup());
            return new Result(output, row(gradients, label).dup());
        }
    }

    private static INDArray row(INDArray flat, int label) {
        long start = UNetParameters.of(SPEC).get("label_emb.weight").offset() + (long) label * SPEC.embeddingChannels();
        return flat.reshape(flat.length()).get(NDArrayIndex.interval(start, start + SPEC.embeddingChannels()));
    }

    /** Of many classes, those far from the first have their own embedding, too. */
    @ParameterizedTest
    @ValueSource(ints = {1, 500, CLASSES - 1})
    void aClassIsItsRowOfTheTable(int label) {
        var parameters = Networks.vector(Networks.formulaWeights("classes", SPEC), DataType.DOUBLE);
        var expected = compute(parameters, label);
        var ofFirst = compute(parameters, 0);
        assertThat(expected.output()).isNotEqualTo(ofFirst.output());

        row(parameters, 0).assign(row(parameters, label));
        var actual = compute(parameters, 0);

        assertThat(actual.output()).isEqualTo(expected.output());
        assertThat(actual.rowGradient()).isEqualTo(expected.rowGradient());
        assertThat(actual.rowGradient().norm2Number().doubleValue()).isPositive();
    }
}
