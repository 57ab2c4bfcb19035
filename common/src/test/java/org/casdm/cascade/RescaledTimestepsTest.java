package org.casdm.cascade;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.Nd4jUNet;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

/** What the networks see of a timestep, and that all else keeps to the schedule's own. */
class RescaledTimestepsTest {

    @ParameterizedTest
    @CsvSource({"true, 250, 160", "false, 250, 40", "true, 4000, 10", "true, 1000, 40"})
    void networksSeeThousandSteps(boolean rescale, int steps, double seen) {
        var spec = new UNetSpec(3, 3, 32, List.of(1), 1, List.of(), 1, false, 0, 0);
        var model = new ModelSpec(Kind.DDPM, spec, Optional.empty(), false, true, NoiseSchedule.cosine(steps), rescale);
        var x0 = Networks.normal(1, DataType.DOUBLE, 1, 8, 8, 3);
        var epsilon = Networks.normal(2, DataType.DOUBLE, 1, 8, 8, 3);
        var timestep = Networks.column(new long[] {40}, DataType.DOUBLE);
        try (var graph = CascadeGraph.create(model, new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE))) {
            graph.params()
                    .assign(Networks.normal(
                                    3, DataType.DOUBLE, 1, graph.params().length())
                            .muli(0.1));
            var activations = graph.feedForward(new INDArray[] {x0, epsilon, timestep}, false);
            var xt = x0.mul(model.schedule().sqrtAlphaBar(40))
                    .add(epsilon.mul(model.schedule().sqrtOneMinusAlphaBar(40)));
            assertThat(activations.get("xt").distance2(xt)).isLessThan(1e-12);
            try (var network = new Nd4jUNet(spec, graph.params(), null, 1)) {
                var expected = network.forward(xt, timestep.muli(seen / 40), null, false);
                assertThat(activations.get("theta").distance2(expected))
                        .isLessThan(1e-10 * xt.norm2Number().doubleValue());
            }
        }
    }
}
