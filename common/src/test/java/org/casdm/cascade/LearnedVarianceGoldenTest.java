package org.casdm.cascade;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalDouble;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.network.UNetParameters;
import org.casdm.testing.Golden;
import org.casdm.testing.GoldenGradients;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

/** The losses of a network that learns its variance against improved-diffusion's: of each image, and gradients. */
class LearnedVarianceGoldenTest {

    @ParameterizedTest
    @CsvSource({"hybrid,1e-4", "vlb,1e-4"})
    void lossesAndGradientsEqualTheReference(String losses, double tolerance) {
        var golden = Golden.load("learned");
        var theta = Networks.spec(golden.metadata().get("config"), 3, 6);
        var model = new ModelSpec(Kind.DDPM, theta, Optional.empty(), false, false, NoiseSchedule.cosine(1000), true);
        boolean boundOnly = losses.equals("vlb");
        var weights = new LossWeights(boundOnly ? 0 : 1, 0, 0)
                .withBound(new LossWeights.Bound(boundOnly ? 1 : 1e-3, boundOnly));
        var training = new Training(
                new Sgd(1), 0, 0, 2, DataType.FLOAT, Optional.empty(), 0, OptionalDouble.empty(), boundOnly);
        try (var graph = CascadeGraph.create(model, training)) {
            graph.setParams(Networks.vector(Networks.formulaWeights("golden.learned", theta), DataType.FLOAT));
            var batch = CascadeGraph.batch(
                    model,
                    Networks.channelsLast(golden, "x0", DataType.FLOAT),
                    Networks.channelsLast(golden, "noise", DataType.FLOAT),
                    Networks.column(golden.longs("t"), DataType.FLOAT),
                    null,
                    weights);
            graph.setInputs(batch.getFeatures());
            graph.setLabels(batch.getLabels());
            graph.computeGradientAndScore();

            var ofImages = graph.lastTermsOfImages();
            assertThat(weights.terms(model)).containsExactly("eps", "vlb");
            for (int image = 0; image < ofImages.length; image++) {
                double loss = golden.doubles(losses + ".loss")[image];
                double ours = boundOnly ? ofImages[image][1] : ofImages[image][0] + 1e-3 * ofImages[image][1];
                assertThat(Math.abs(ours / loss - 1))
                        .as("loss of image %d", image)
                        .isLessThan(tolerance);
                if (!boundOnly) {
                    double bound = golden.doubles("hybrid.vb")[image];
                    assertThat(Math.abs(1e-3 * ofImages[image][1] / bound - 1)).isLessThan(tolerance);
                }
            }
            GoldenGradients.checkNorms(
                    golden,
                    losses + ".gradnorm.",
                    UNetParameters.of(theta),
                    graph.gradient().gradient().data().asFloat(),
                    1e-6);
        }
    }
}
