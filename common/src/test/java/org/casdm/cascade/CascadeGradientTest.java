package org.casdm.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.Trunk;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;

/** Gradients by finite differences in double, and who learns from which loss. */
class CascadeGradientTest {

    private static final int CLASSES = 3;
    private static final LpipsSpec LPIPS = new LpipsSpec(Trunk.SQUEEZE, Resize.NONE);

    private static ModelSpec model(Kind kind) {
        int outputs = kind == Kind.DUAL ? 7 : 3;
        var theta = new UNetSpec(3, outputs, 32, List.of(1, 2), 1, List.of(2), 2, true, 0.2, CLASSES);
        var phi = new UNetSpec(6, 4, 32, List.of(1), 1, List.of(), 2, false, 0, CLASSES);
        return new ModelSpec(kind, theta, kind == Kind.CAS_DM ? Optional.of(phi) : Optional.empty(),
                kind == Kind.CAS_DM, true, NoiseSchedule.cosine(100));
    }

    private static CascadeGraph graph(ModelSpec model) {
        var graph = CascadeGraph.create(model, new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE));
        // Fresh networks end in zeros, which hide the gradients of all that is before: fill everything.
        graph.params().addi(Networks.normal(3, DataType.DOUBLE, graph.params().length()).muli(0.05));
        graph.setDropoutKey(99);
        return graph;
    }

    /** The same with the metric function, its weights untrained. */
    private static CascadeGraph graphWithLpips(ModelSpec model) {
        var training = new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.of(LPIPS));
        var graph = CascadeGraph.create(model, training);
        graph.params().addi(Networks.normal(3, DataType.DOUBLE, graph.params().length()).muli(0.05));
        graph.setDropoutKey(99);
        graph.setLpips(new Lpips(LPIPS, LpipsWeights.random(LPIPS.trunk()).castTo(DataType.DOUBLE), 1));
        return graph;
    }

    private static MultiDataSet batch(ModelSpec model, LossWeights weights) {
        // The smallest pictures that the networks take.
        int size = weights.lpips() > 0 ? 18 : 8;
        var x0 = Networks.normal(5, DataType.DOUBLE, 2, size, size, 3).muli(0.5);
        var epsilon = Networks.normal(6, DataType.DOUBLE, 2, size, size, 3);
        var timesteps = Nd4j.createFromArray(20.0, 60.0).reshape(2, 1);
        var labels = Nd4j.createFromArray(2.0, 0.0).reshape(2, 1);
        return CascadeGraph.batch(model, x0, epsilon, timesteps, labels, weights);
    }

    private static INDArray gradient(CascadeGraph graph, MultiDataSet batch) {
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.computeGradientAndScore();
        return graph.gradient().gradient().dup().reshape(graph.params().length());
    }

    private static double score(CascadeGraph graph, MultiDataSet batch) {
        gradient(graph, batch);
        return graph.score();
    }

    private static void check(CascadeGraph graph, MultiDataSet batch, LongStream places) {
        var analytic = gradient(graph, batch);
        double step = 1e-5;
        places.forEach(place -> {
            double value = graph.params().getDouble(place);
            graph.params().putScalar(place, value + step);
            double above = score(graph, batch);
            graph.params().putScalar(place, value - step);
            double below = score(graph, batch);
            graph.params().putScalar(place, value);
            double numeric = (above - below) / (2 * step);
            assertThat(analytic.getDouble(place)).as("parameter " + place)
                    .isCloseTo(numeric, Offset.offset(1e-6 + 1e-5 * Math.abs(numeric)));
        });
    }

    /** A few places in every parameter of a network. */
    private static LongStream places(UNetSpec spec, long offset) {
        var random = new Random(11);
        return UNetParameters.of(spec).all().stream().flatMapToLong(parameter -> random.longs(2, 0,
                parameter.length()).map(place -> offset + parameter.offset() + place));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void firstNetworkByFiniteDifferences(Kind kind) {
        var model = model(kind);
        // The clean image of the dual model comes from the same network; in the cascade its gradient stops.
        var weights = kind == Kind.DUAL ? new LossWeights(1, 0.7, 0) : new LossWeights(1.3, 0, 0);
        try (var graph = graph(model)) {
            check(graph, batch(model, weights), places(model.theta(), 0));
        }
    }

    @Test
    void secondNetworkByFiniteDifferences() {
        var model = model(Kind.CAS_DM);
        long offset = UNetParameters.of(model.theta()).length();
        try (var graph = graph(model)) {
            check(graph, batch(model, new LossWeights(1, 0.7, 0)), places(model.phi().orElseThrow(), offset));
        }
    }

    @Test
    void blendingWeightByFiniteDifferences() {
        var model = model(Kind.CAS_DM);
        var layout = UNetParameters.of(model.phi().orElseThrow());
        long offset = UNetParameters.of(model.theta()).length();
        var weight = layout.get("out.2.weight");
        var bias = layout.get("out.2.bias");
        // Innermost in memory is the output channel: the fourth is the logit of r.
        var places = LongStream.concat(LongStream.range(0, 20).map(i -> offset + weight.offset() + 4 * 7 * i + 3),
                LongStream.of(offset + bias.offset() + 3));
        try (var graph = graph(model)) {
            check(graph, batch(model, new LossWeights(0, 0, 1)), places);
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
            assertThat(noise.get(NDArrayIndex.interval(0, thetaLength)).norm2Number().doubleValue()).isPositive();
            assertThat(noise.get(NDArrayIndex.interval(thetaLength, noise.length())).norm2Number().doubleValue())
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

    /** In ddpm and dual the metric function teaches the only network there is. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"DDPM", "DUAL"})
    void metricTeachesTheOnlyNetwork(Kind kind) {
        var model = model(kind);
        // Each pass takes a while: places from all over the network.
        var all = places(model.theta(), 0).toArray();
        var places = LongStream.range(0, 8).map(i -> all[(int) (i * (all.length - 1) / 7)]);
        try (var graph = graphWithLpips(model)) {
            check(graph, batch(model, new LossWeights(0.5, 0, 0, 0.7)), places);
        }
    }

    @Test
    void metricTeachesTheSecondNetworkOfTheCascadeAlone() {
        var model = model(Kind.CAS_DM);
        long thetaLength = UNetParameters.of(model.theta()).length();
        try (var graph = graphWithLpips(model)) {
            var weights = new LossWeights(0, 0, 0, 0.7);
            var gradient = gradient(graph, batch(model, weights));
            var theta = gradient.get(NDArrayIndex.interval(0, thetaLength));
            assertThat(theta.maxNumber().doubleValue()).isZero();
            assertThat(theta.minNumber().doubleValue()).isZero();
            // The blending weight learns from the third term alone.
            var bias = UNetParameters.of(model.phi().orElseThrow()).get("out.2.bias");
            assertThat(gradient.getDouble(thetaLength + bias.offset() + 3)).isZero();
            assertThat(gradient.getDouble(thetaLength + bias.offset())).isNotZero();

            check(graph, batch(model, weights), places(model.phi().orElseThrow(), thetaLength).limit(8));
        }
    }

    @Test
    void graphWithMetricNeedsItsWeights() {
        var model = model(Kind.DDPM);
        var batch = batch(model, new LossWeights(1, 0, 0, 0.1));
        try (var graph = CascadeGraph.create(model,
                new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.of(LPIPS)))) {
            assertThat(graph.lpips()).contains(LPIPS);
            assertThatThrownBy(() -> gradient(graph, batch)).hasStackTraceContaining("setLpips");
            var other = new Lpips(new LpipsSpec(Trunk.SQUEEZE, Resize.TO_224),
                    LpipsWeights.random(Trunk.SQUEEZE).castTo(DataType.DOUBLE), 1);
            assertThatThrownBy(() -> graph.setLpips(other)).hasMessageContaining("TO_224");
        }
        try (var graph = graph(model)) {
            assertThat(graph.lpips()).isEmpty();
            assertThatThrownBy(() -> gradient(graph, batch)).hasStackTraceContaining("weight of lpips");
        }
    }

    @Test
    void termsOfImagesAverageToTheTerms() {
        var model = model(Kind.DUAL);
        try (var graph = graphWithLpips(model)) {
            gradient(graph, batch(model, new LossWeights(1, 1, 1, 0.1)));
            var ofImages = graph.lastTermsOfImages();
            assertThat(ofImages).hasDimensions(2, 4);
            for (int term = 0; term < 4; term++) {
                assertThat(graph.lastTerms()[term])
                        .isCloseTo((ofImages[0][term] + ofImages[1][term]) / 2, Offset.offset(1e-12));
            }
            assertThat(ofImages[0][3]).isPositive().isNotEqualTo(ofImages[1][3]);
        }
    }
}
