package org.casdm.cascade;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.data.Offset;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;

/** Gradients by finite differences in double, and who learns from which loss. */
class CascadeGradientIT {

    private static final int CLASSES = 3;

    private static ModelSpec model(Kind kind) {
        int outputs = kind == Kind.DUAL ? 7 : 3;
        var theta = new UNetSpec(3, outputs, 32, List.of(1, 2), 1, List.of(2), 2, true, 0.2, CLASSES);
        var phi = new UNetSpec(6, 4, 32, List.of(1), 1, List.of(), 2, false, 0, CLASSES);
        return new ModelSpec(
                kind,
                theta,
                kind == Kind.CAS_DM ? Optional.of(phi) : Optional.empty(),
                kind == Kind.CAS_DM,
                true,
                NoiseSchedule.cosine(100),
                true);
    }

    private static CascadeGraph graph(ModelSpec model) {
        var graph = CascadeGraph.create(model, new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE));
        fill(graph);
        return graph;
    }

    /** Fresh networks end in zeros, which hide the gradients of all that is before. */
    private static void fill(CascadeGraph graph) {
        graph.params()
                .addi(Networks.normal(3, DataType.DOUBLE, graph.params().length())
                        .muli(0.05));
    }

    private static MultiDataSet batch(ModelSpec model, LossWeights weights) {
        var x0 = Networks.normal(5, DataType.DOUBLE, 2, 4, 4, 3).muli(0.5);
        var epsilon = Networks.normal(6, DataType.DOUBLE, 2, 4, 4, 3);
        var timesteps = Nd4j.createFromArray(20.0, 60.0).reshape(2, 1);
        var labels = Nd4j.createFromArray(2.0, 0.0).reshape(2, 1);
        return CascadeGraph.batch(model, x0, epsilon, timesteps, labels, weights);
    }

    private static INDArray gradient(CascadeGraph graph, MultiDataSet batch) {
        Nd4j.getRandom().setSeed(99);
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.computeGradientAndScore();
        return graph.gradient().gradient().dup().reshape(graph.params().length());
    }

    private static double score(CascadeGraph graph, MultiDataSet batch) {
        // The same dropout as the gradient's.
        Nd4j.getRandom().setSeed(99);
        return graph.score(batch, true);
    }

    /** Compares the slope along random directions, each through one parameter, with the gradient's share of it. */
    private static void check(CascadeGraph graph, MultiDataSet batch, UNetSpec spec, long offset) {
        var analytic = gradient(graph, batch);
        long seed = 11;
        for (var parameter : UNetParameters.of(spec).all()) {
            long start = offset + parameter.offset();
            check(
                    graph,
                    batch,
                    analytic,
                    parameter.name(),
                    start,
                    Networks.normal(seed++, DataType.DOUBLE, parameter.length()));
        }
    }

    private static void check(
            CascadeGraph graph, MultiDataSet batch, INDArray analytic, String name, long start, INDArray direction) {
        double step = 1e-6;
        var interval = NDArrayIndex.interval(start, start + direction.length());
        var place = graph.params().reshape(graph.params().length()).get(interval);
        place.addi(direction.mul(step));
        double above = score(graph, batch);
        place.subi(direction.mul(2 * step));
        double below = score(graph, batch);
        place.addi(direction.mul(step));
        double numeric = (above - below) / (2 * step);
        double expected = analytic.get(interval).mul(direction).sumNumber().doubleValue();
        assertThat(expected).as(name).isCloseTo(numeric, Offset.offset(1e-7 + 1e-5 * Math.abs(numeric)));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void firstNetworkByFiniteDifferences(Kind kind) {
        var model = model(kind);
        // The clean image of the dual model comes from the same network; in the cascade its gradient stops.
        var weights = kind == Kind.DUAL ? new LossWeights(1, 0.7, 0) : new LossWeights(1.3, 0, 0);
        try (var graph = graph(model)) {
            check(graph, batch(model, weights), model.theta(), 0);
        }
    }

    /** One image at timestep 0, where the bound is a likelihood, the other elsewhere, where it is a divergence. */
    @ParameterizedTest
    @CsvSource({"CAS_DM,false", "DDPM,false", "DDPM,true"})
    void learnedVarianceByFiniteDifferences(Kind kind, boolean boundTrainsMean) {
        var fixed = model(kind);
        var model = new ModelSpec(
                kind,
                fixed.theta().withChannels(3, 6),
                fixed.phi(),
                fixed.phiSeesXt(),
                true,
                NoiseSchedule.cosine(100),
                true);
        var weights = new LossWeights(0, 0, 0).withBound(new LossWeights.Bound(0.01, boundTrainsMean));
        var training = new Training(
                new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.empty(), 0, OptionalDouble.empty(), boundTrainsMean);
        try (var graph = CascadeGraph.create(model, training)) {
            fill(graph);
            var batch = batch(model, weights);
            batch.getFeatures(2).putScalar(0, 0, 0);
            if (boundTrainsMean) {
                check(graph, batch, model.theta(), 0);
            } else {
                // Through v alone: of the last convolution's outputs, innermost in memory, the second half.
                var last = UNetParameters.of(model.theta()).get("out.2.weight");
                var analytic = gradient(graph, batch);
                var direction = Networks.normal(2, DataType.DOUBLE, last.length() / 6, 6);
                direction.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3)).assign(0);
                check(graph, batch, analytic, "v", last.offset(), direction.reshape(last.length()));
                // And not through the noise.
                var ofNoise = analytic.get(NDArrayIndex.interval(last.offset(), last.offset() + last.length()))
                        .dup()
                        .reshape(last.length() / 6, 6)
                        .get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3));
                assertThat(ofNoise.dup().norm2Number().doubleValue()).isZero();
            }
        }
    }

    @Test
    void secondNetworkByFiniteDifferences() {
        var model = model(Kind.CAS_DM);
        long offset = UNetParameters.of(model.theta()).length();
        try (var graph = graph(model)) {
            check(graph, batch(model, new LossWeights(1, 0.7, 0)), model.phi().orElseThrow(), offset);
        }
    }

    @Test
    void blendingWeightByFiniteDifferences() {
        var model = model(Kind.CAS_DM);
        var layout = UNetParameters.of(model.phi().orElseThrow());
        long start = UNetParameters.of(model.theta()).length()
                + layout.get("out.2.weight").offset();
        long length = layout.get("out.2.weight").length();
        // Innermost in memory is the output channel: the fourth is the logit of r.
        var direction = Networks.normal(2, DataType.DOUBLE, length / 4, 4);
        direction.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3)).assign(0);
        try (var graph = graph(model)) {
            var batch = batch(model, new LossWeights(0, 0, 1));
            check(graph, batch, gradient(graph, batch), "r", start, direction.reshape(length));
        }
    }

    @Test
    void secondNetworksLossesLeaveTheFirstUntouched() {
        var model = model(Kind.CAS_DM);
        long thetaLength = UNetParameters.of(model.theta()).length();
        try (var graph = graph(model)) {
            var both = gradient(graph, batch(model, new LossWeights(0, 1, 1)));
            var theta = both.get(NDArrayIndex.interval(0, thetaLength));
            var phi = both.get(NDArrayIndex.interval(thetaLength, both.length()));
            assertThat(theta.maxNumber().doubleValue()).isZero();
            assertThat(theta.minNumber().doubleValue()).isZero();
            assertThat(phi.norm2Number().doubleValue()).isPositive();

            var noise = gradient(graph, batch(model, new LossWeights(1, 0, 0)));
            assertThat(noise.get(NDArrayIndex.interval(0, thetaLength))
                            .norm2Number()
                            .doubleValue())
                    .isPositive();
            assertThat(noise.get(NDArrayIndex.interval(thetaLength, noise.length()))
                            .norm2Number()
                            .doubleValue())
                    .isZero();
        }
    }

    @Test
    void onlyTheMeanMovesTheBlendingWeight() {
        var model = model(Kind.CAS_DM);
        var bias = UNetParameters.of(model.phi().orElseThrow()).get("out.2.bias");
        long first = UNetParameters.of(model.theta()).length() + bias.offset();
        try (var graph = graph(model)) {
            var clean = gradient(graph, batch(model, new LossWeights(1, 1, 0)));
            assertThat(clean.getDouble(first + 3)).isZero();
            assertThat(clean.getDouble(first)).isNotZero();

            var mean = gradient(graph, batch(model, new LossWeights(0, 0, 1)));
            assertThat(mean.getDouble(first + 3)).isNotZero();
            for (int colour = 0; colour < 3; colour++) {
                assertThat(mean.getDouble(first + colour)).isZero();
            }
        }
    }
}
