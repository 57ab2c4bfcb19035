package org.casdm.network.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.casdm.network.UNetParameters;
import org.casdm.testing.Golden;
import org.casdm.testing.GoldenGradients;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The U-Net against improved-diffusion's and guided-diffusion's: output, loss, gradients. */
class Nd4jUNetGoldenTest {

    @ParameterizedTest
    @CsvSource({
        "unet_a,3,golden.unet.a,FLOAT",
        "unet_b,4,golden.unet.b,FLOAT",
        "unet_a,3,golden.unet.a,DOUBLE",
        "unet_b,4,golden.unet.b,DOUBLE",
        "adm_a,6,golden.adm.a,FLOAT",
        "adm_b,3,golden.adm.b,FLOAT",
        "adm_a,6,golden.adm.a,DOUBLE",
        "adm_b,3,golden.adm.b,DOUBLE"
    })
    void equalsTheReference(String file, int outputChannels, String seed, DataType dataType) {
        var golden = Golden.load(file);
        var spec = Networks.spec(golden.metadata().get("config"), 3, outputChannels);
        var layout = UNetParameters.of(spec);
        var parameters =
                Networks.vector(Networks.formulaWeights(seed, spec, Networks.attentionOrder(golden)), dataType);
        var gradients = Nd4j.create(dataType, 1, layout.length());
        var x = Networks.channelsLast(golden, "x", dataType);
        var t = Networks.column(golden.longs("t"), dataType);
        var y = golden.has("y") ? Networks.column(golden.longs("y"), dataType) : null;
        try (var network = new Nd4jUNet(spec, parameters, gradients, 2)) {
            double forwardTolerance = 1e-4;
            var inference = network.forward(x, t, y, false).dup();
            assertThat(Golden.relativeError(Networks.channelsFirst(inference), golden.doubles("output")))
                    .isLessThan(forwardTolerance);

            // Twice: the second pass works in memory that the first has left.
            for (int repetition = 0; repetition < 2; repetition++) {
                gradients.assign(Double.NaN);
                var output = network.forward(x, t, y, true);
                assertThat(Golden.relativeError(Networks.channelsFirst(output), golden.doubles("output")))
                        .isLessThan(forwardTolerance);
                var difference = output.sub(Networks.channelsLast(golden, "target", dataType));
                double loss = difference.mul(difference).meanNumber().doubleValue();
                assertThat(Math.abs(loss / golden.scalar("loss") - 1)).isLessThan(1e-4);

                var inputGradient = network.backward(difference.mul(2.0 / difference.length()));

                assertThat(Golden.relativeError(Networks.channelsFirst(inputGradient), golden.doubles("grad.x")))
                        .isLessThan(1e-3);
                GoldenGradients.check(
                        golden,
                        "",
                        layout,
                        gradients.castTo(DataType.FLOAT).data().asFloat(),
                        0,
                        1e-7);
            }
        }
    }
}
