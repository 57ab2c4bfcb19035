package org.casdm.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.data.Offset;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.Trunk;
import org.casdm.metric.function.MetricFunction;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;
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

/** The metric function among the losses: who learns from it, by finite differences in double. */
class MetricGradientIT {

    private static final LpipsSpec LPIPS = new LpipsSpec(Trunk.SQUEEZE, Resize.NONE);
    private static final Training TRAINING = new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.of(LPIPS));

    private static ModelSpec model(Kind kind) {
        int outputs = kind == Kind.DUAL ? 7 : 3;
        var theta = new UNetSpec(3, outputs, 32, List.of(1), 1, List.of(), 2, true, 0, 0);
        return new ModelSpec(
                kind,
                theta,
                kind == Kind.CAS_DM ? Optional.of(theta.withChannels(3, 4)) : Optional.empty(),
                false,
                true,
                NoiseSchedule.cosine(100),
                true);
    }

    private static CascadeGraph graph(ModelSpec model) {
        return graph(model, TRAINING);
    }

    private static CascadeGraph graph(ModelSpec model, Training training) {
        var graph = CascadeGraph.create(model, training);
        // Fresh networks end in zeros, which hide the gradients of all that is before: fill everything.
        graph.params()
                .addi(Networks.normal(3, DataType.DOUBLE, graph.params().length())
                        .muli(0.05));
        graph.setLpips(new Lpips(LPIPS, LpipsWeights.random(LPIPS.trunk()).castTo(DataType.DOUBLE), 1));
        return graph;
    }

    private static MultiDataSet batch(ModelSpec model, LossWeights weights) {
        int size = LPIPS.trunk().smallestSize();
        var x0 = Networks.normal(5, DataType.DOUBLE, 2, size, size, 3).muli(0.5);
        var epsilon = Networks.normal(6, DataType.DOUBLE, 2, size, size, 3);
        var timesteps = Nd4j.createFromArray(20.0, 60.0).reshape(2, 1);
        return CascadeGraph.batch(model, x0, epsilon, timesteps, null, weights);
    }

    private static INDArray gradient(CascadeGraph graph, MultiDataSet batch) {
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.computeGradientAndScore();
        return graph.gradient().gradient().dup().reshape(graph.params().length());
    }

    /** Compares the slope along random directions through some parameters with the gradient's share of it. */
    private static void check(CascadeGraph graph, MultiDataSet batch, long from, long to) {
        var interval = NDArrayIndex.interval(from, to);
        var analytic = gradient(graph, batch).get(interval);
        var place = graph.params().reshape(graph.params().length()).get(interval);
        double step = 1e-7;
        for (int seed = 0; seed < 3; seed++) {
            var direction = Networks.normal(seed, DataType.DOUBLE, to - from);
            place.addi(direction.mul(step));
            double above = graph.score(batch, true);
            place.subi(direction.mul(2 * step));
            double below = graph.score(batch, true);
            place.addi(direction.mul(step));
            double numeric = (above - below) / (2 * step);
            assertThat(analytic.mul(direction).sumNumber().doubleValue())
                    .as("direction " + seed)
                    .isCloseTo(numeric, Offset.offset(1e-6 + 1e-4 * Math.abs(numeric)));
        }
    }

    /** In ddpm and dual the metric function teaches the only network there is. */
    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"DDPM", "DUAL"})
    void teachesTheOnlyNetwork(Kind kind) {
        var model = model(kind);
        try (var graph = graph(model)) {
            var batch = batch(model, new LossWeights(0, 0, 0, 0.7));
            assertThat(gradient(graph, batch).norm2Number().doubleValue()).isPositive();
            check(graph, batch, 0, graph.params().length());
        }
    }

    @Test
    void teachesTheSecondNetworkOfTheCascadeAlone() {
        var model = model(Kind.CAS_DM);
        long thetaLength = UNetParameters.of(model.theta()).length();
        try (var graph = graph(model)) {
            var batch = batch(model, new LossWeights(0, 0, 0, 0.7));
            var gradient = gradient(graph, batch);
            var theta = gradient.get(NDArrayIndex.interval(0, thetaLength));
            assertThat(theta.maxNumber().doubleValue()).isZero();
            assertThat(theta.minNumber().doubleValue()).isZero();
            // The blending weight learns from the third term alone.
            var bias = UNetParameters.of(model.phi().orElseThrow()).get("out.2.bias");
            assertThat(gradient.getDouble(thetaLength + bias.offset() + 3)).isZero();
            assertThat(gradient.getDouble(thetaLength + bias.offset())).isNotZero();

            check(graph, batch, thetaLength, graph.params().length());
        }
    }

    /** The mean square as a metric function has the gradient of the term x0: only the second network's image learns from it, and theta does not. */
    @Test
    void otherMetricFunction_teachesTheSecondNetworkAlone() {
        var model = model(Kind.CAS_DM);
        var training =
                new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.empty(), 0, OptionalDouble.of(0), false);
        long thetaLength = UNetParameters.of(model.theta()).length();
        try (var graph = CascadeGraph.create(model, training)) {
            graph.params()
                    .addi(Networks.normal(3, DataType.DOUBLE, graph.params().length())
                            .muli(0.05));
            graph.setMetric(new MeanSquare());
            // The weight that says the graph has the metric stands alone, then beside that of the same distance.
            var metric =
                    gradient(graph, batch(model, new LossWeights(0, 0, 0, 0, 0, 0.7, 0, LossWeights.Bound.HYBRID)));
            var square = gradient(
                    graph, batch(model, new LossWeights(0, 0.7, 0, 0, 0, 1e-300, 0, LossWeights.Bound.HYBRID)));
            assertThat(metric.sub(square).norm2Number().doubleValue())
                    .isLessThan(1e-5 * square.norm2Number().doubleValue());
            var theta = metric.get(NDArrayIndex.interval(0, thetaLength));
            assertThat(theta.norm2Number().doubleValue()).isZero();
        }
    }

    /** ᾱ of the cosine schedule of 100 timesteps is 0.89 at 20 and 0.33 at 60: the second image is not judged. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void imagesBelowTheLeastAlphaBar_haveNoDistanceAndNoGradient(Kind kind) {
        var model = model(kind);
        var weights = new LossWeights(0, 0, 0, 0.7);
        var some = new Training(
                new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.of(LPIPS), 0.5, OptionalDouble.empty(), false);
        var none = new Training(
                new Sgd(0.1), 0, 7, 1, DataType.DOUBLE, Optional.of(LPIPS), 0.95, OptionalDouble.empty(), false);
        try (var graph = graph(model, TRAINING);
                var ofSome = graph(model, some);
                var ofNone = graph(model, none)) {
            var both = batch(model, weights);
            var nothing = gradient(ofNone, both);
            assertThat(nothing.norm2Number().doubleValue()).isZero();
            int last = ofNone.lastTerms().length - 1;
            assertThat(ofNone.lastTerms()[last]).isZero();

            // The gradient of both is that of the first image alone, divided by two.
            var first = gradient(graph, firstOf(both));
            var judged = gradient(ofSome, both);
            assertThat(judged.mul(2).subi(first).norm2Number().doubleValue())
                    .isLessThan(1e-12 * first.norm2Number().doubleValue());
            int column = ofSome.lastTermsOfImages()[0].length - 1;
            assertThat(ofSome.lastTermsOfImages()[0][column]).isPositive();
            assertThat(ofSome.lastTermsOfImages()[1][column]).isZero();
        }
    }

    private static MultiDataSet firstOf(MultiDataSet batch) {
        var one = NDArrayIndex.interval(0, 1);
        return new MultiDataSet(
                Arrays.stream(batch.getFeatures())
                        .map(array -> array.get(one).dup())
                        .toArray(INDArray[]::new),
                new INDArray[] {batch.getLabels(0).get(one).dup()});
    }

    /** Some steps at the size that small images are resized to: the distance falls, and only who should learn does. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void trainsOnResizedImages(Kind kind) {
        var model = model(kind);
        var resized = new LpipsSpec(Trunk.SQUEEZE, Resize.TO_224);
        var optimizer = new AdamW(2e-3, 0, 0.9, 0.999, 1e-8, 0);
        var training = new Training(optimizer, 0, 7, 1, DataType.FLOAT, Optional.of(resized));
        var x0 = Networks.normal(5, DataType.FLOAT, 1, 16, 16, 3).muli(0.5);
        var epsilon = Networks.normal(6, DataType.FLOAT, 1, 16, 16, 3);
        var timesteps = Nd4j.createFromArray(40f).reshape(1, 1);
        var batch = CascadeGraph.batch(model, x0, epsilon, timesteps, null, new LossWeights(0, 0, 0, 1));
        try (var graph = CascadeGraph.create(model, training)) {
            graph.setLpips(new Lpips(resized, LpipsWeights.random(Trunk.SQUEEZE), 1));
            var before = graph.params().dup();
            double first = graph.score(batch, true);
            for (int step = 0; step < 4; step++) {
                graph.fit(batch);
            }
            assertThat(graph.score(batch, true)).isPositive().isLessThan(first);
            long thetaLength = UNetParameters.of(model.theta()).length();
            var change = graph.params().sub(before).reshape(before.length());
            double ofTheta = change.get(NDArrayIndex.interval(0, thetaLength))
                    .norm2Number()
                    .doubleValue();
            if (kind == Kind.CAS_DM) {
                assertThat(ofTheta).isZero();
                assertThat(change.norm2Number().doubleValue()).isPositive();
            } else {
                assertThat(ofTheta).isPositive();
            }
        }
    }

    @Test
    void addsToTheOtherLosses() {
        var model = model(Kind.CAS_DM);
        try (var graph = graph(model)) {
            var metric = gradient(graph, batch(model, new LossWeights(0, 0, 0, 0.5)));
            // The weight that says the graph has the metric may be as small as one likes.
            var others = gradient(graph, batch(model, new LossWeights(1, 1, 1, 1e-300)));
            var all = gradient(graph, batch(model, new LossWeights(1, 1, 1, 0.5)));
            double difference = all.sub(metric).subi(others).norm2Number().doubleValue();
            assertThat(difference).isLessThan(1e-9 * all.norm2Number().doubleValue());
        }
    }

    @Test
    void graphNeedsTheWeights() {
        var model = model(Kind.DDPM);
        var batch = batch(model, new LossWeights(1, 0, 0, 0.1));
        try (var graph = CascadeGraph.create(model, TRAINING)) {
            assertThat(graph.lpips()).contains(LPIPS);
            assertThatThrownBy(() -> gradient(graph, batch)).hasStackTraceContaining("setLpips");
            var other = new Lpips(
                    new LpipsSpec(Trunk.SQUEEZE, Resize.TO_224),
                    LpipsWeights.random(Trunk.SQUEEZE).castTo(DataType.DOUBLE),
                    1);
            assertThatThrownBy(() -> graph.setLpips(other)).hasMessageContaining("TO_224");
        }
        try (var graph = CascadeGraph.create(model, new Training(new Sgd(0.1), 0, 7, 1, DataType.DOUBLE))) {
            assertThat(graph.lpips()).isEmpty();
            assertThatThrownBy(() -> gradient(graph, batch)).hasStackTraceContaining("weight of lpips");
        }
    }

    @Test
    void termsOfImagesAverageToTheTerms() {
        var model = model(Kind.DUAL);
        try (var graph = graph(model)) {
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

    /** ‖a - b‖², a mean over an image's values, as a metric function. */
    private static final class MeanSquare implements MetricFunction {

        @Override
        public Comparison compare(float[] first, float[] second, int images, int size) {
            int length = first.length / images;
            var distances = new double[images];
            var gradient = new float[first.length];
            for (int i = 0; i < first.length; i++) {
                float difference = first[i] - second[i];
                distances[i / length] += difference * difference / length;
                gradient[i] = 2 * difference / length;
            }
            return new Comparison(distances, gradient);
        }

        @Override
        public void close() {}
    }
}
