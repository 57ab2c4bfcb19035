package org.casdm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.libtorch.LibTorchEngine;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.Trunk;
import org.casdm.metric.classifier.Classifier;
import org.casdm.metric.classifier.ClassifierDescription;
import org.casdm.metric.classifier.ClassifierFile;
import org.casdm.metric.classifier.ClassifierLayout;
import org.casdm.metric.classifier.ClassifierSpec;
import org.casdm.metric.classifier.TrainingSettings;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.metric.function.MetricFunction;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engines compute the same steps, to float32's rounding. */
class EngineParityIT {

    private static final double LOSS_TOLERANCE = 1e-4;
    private static final double GRADIENT_TOLERANCE = 1e-3;

    private static void assertSameStep(TrainingPlan plan, Batch batch, long seed) {
        var start = TrainingExamples.state(plan.model(), seed);

        var expected = TrainingExamples.train(new Nd4jEngine(), plan, start, List.of(batch));
        var actual = TrainingExamples.train(new LibTorchEngine(), plan, start, List.of(batch));

        var ours = actual.outcomes().get(0);
        var theirs = expected.outcomes().get(0);
        assertThat(relative(ours.score(), theirs.score())).as("score").isLessThan(LOSS_TOLERANCE);
        assertThat(relative(ours.gradientNorm(), theirs.gradientNorm()))
                .as("gradient norm")
                .isLessThan(GRADIENT_TOLERANCE);
        for (int image = 0; image < batch.images(); image++) {
            assertThat(Golden.relativeError(ours.termsOfImages()[image], theirs.termsOfImages()[image]))
                    .as("terms of image %d", image)
                    .isLessThan(LOSS_TOLERANCE);
        }
        // The first moment has the gradient in it: b1 m + (1 - b1) g, clipped to a norm of 1.
        for (int part = 0; part < 3; part++) {
            assertThat(change(actual.state()[part], expected.state()[part], start[part]))
                    .as("change of state %d", part)
                    .isLessThan(GRADIENT_TOLERANCE);
        }
    }

    private static double relative(double ours, double reference) {
        return Math.abs(ours / reference - 1);
    }

    /** The relative error of what a step adds. */
    private static double change(float[] ours, float[] reference, float[] start) {
        var ourChange = new double[start.length];
        var referenceChange = new double[start.length];
        for (int i = 0; i < start.length; i++) {
            ourChange[i] = (double) ours[i] - start[i];
            referenceChange[i] = (double) reference[i] - start[i];
        }
        return Golden.relativeError(ourChange, referenceChange);
    }

    @ParameterizedTest
    @CsvSource({
        "CAS_DM,false,0,true",
        "CAS_DM,true,5,false",
        "DDPM,false,3,true",
        "DUAL,false,0,false",
    })
    void kindsOfModels(Kind kind, boolean phiSeesXt, int classes, boolean scaleShift) {
        var model = TrainingExamples.model(kind, phiSeesXt, classes, 0, scaleShift);
        assertSameStep(TrainingExamples.plan(model), TrainingExamples.batch(model, 3, 8, 1), 2);
    }

    /** Its first image is at timestep 0, where the bound is a likelihood. */
    @ParameterizedTest
    @CsvSource({"CAS_DM,false", "DDPM,false", "DDPM,true"})
    void learnedVariance(Kind kind, boolean boundTrainsMean) {
        var fixed = TrainingExamples.model(kind, false, 0, 0, true);
        var model =
                new ModelSpec(kind, fixed.theta().withChannels(3, 6), fixed.phi(), false, true, fixed.schedule(), true);
        var plan = TrainingExamples.plan(model);
        var losses = new LossWeights(boundTrainsMean ? 0 : 1, 1, 1)
                .withBound(new LossWeights.Bound(boundTrainsMean ? 1 : 0.05, boundTrainsMean));
        assertSameStep(
                new TrainingPlan(
                        model,
                        losses,
                        plan.optimizer(),
                        plan.weightDecay(),
                        Optional.empty(),
                        1,
                        false,
                        plan.arithmetic()),
                TrainingExamples.atTimestepZero(TrainingExamples.batch(model, 3, 8, 1)),
                2);
    }

    /** As importance sampling weights them; by LibTorch in micro-batches too. */
    @Test
    void imagesOfDifferentWeights() {
        var model = TrainingExamples.model(Kind.CAS_DM, false, 0, 0, true);
        var batch = TrainingExamples.batch(model, 3, 32, 3);
        var weights = new float[] {0.5f, 3, 0.25f};
        var weighted = new Batch(
                3, 32, 3, batch.x0(), batch.epsilon(), batch.timesteps(), batch.labels(), Optional.of(weights));
        var plan = TrainingExamples.plan(model);
        var losses = new LossWeights(1, 0.5, 2, 0.3);
        var metric =
                new TrainingPlan.Metric(new LpipsSpec(Trunk.SQUEEZE, Resize.NONE), LpipsWeights.random(Trunk.SQUEEZE));
        var withMetric = new TrainingPlan(
                model, losses, plan.optimizer(), plan.weightDecay(), Optional.of(metric), 1, false, plan.arithmetic());
        assertSameStep(withMetric, weighted, 4);

        var cut = new TrainingPlan(
                model, losses, plan.optimizer(), plan.weightDecay(), Optional.of(metric), 3, false, plan.arithmetic());
        var start = TrainingExamples.state(model, 4);
        var whole = TrainingExamples.train(new LibTorchEngine(), withMetric, start, List.of(weighted));
        var parts = TrainingExamples.train(new LibTorchEngine(), cut, start, List.of(weighted));
        assertThat(change(parts.state()[0], whole.state()[0], start[0])).isLessThan(GRADIENT_TOLERANCE);

        var outcome = TrainingExamples.train(
                        new Nd4jEngine(), withMetric, TrainingExamples.state(model, 4), List.of(weighted))
                .outcomes()
                .get(0);
        double[] ofTerms = losses.of(losses.terms(model));
        double expected = 0;
        for (int image = 0; image < 3; image++) {
            for (int term = 0; term < ofTerms.length; term++) {
                expected += weights[image] * ofTerms[term] * outcome.termsOfImages()[image][term] / 3;
            }
        }
        assertThat(relative(outcome.score(), expected)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"CAS_DM,SQUEEZE,NONE", "DDPM,ALEX,TO_224", "DUAL,VGG,NONE"})
    void metricFunctions(Kind kind, Trunk trunk, Resize resize) {
        var model = TrainingExamples.model(kind, false, 0, 0, true);
        var plan = TrainingExamples.plan(model);
        var withMetric = new TrainingPlan(
                model,
                new LossWeights(1, 0.5, 2, 0.3),
                plan.optimizer(),
                plan.weightDecay(),
                Optional.of(new TrainingPlan.Metric(new LpipsSpec(trunk, resize), LpipsWeights.random(trunk))),
                1,
                false,
                plan.arithmetic());
        assertSameStep(withMetric, TrainingExamples.batch(model, 2, 32, 3), 4);
    }

    /** One of two images is judged, or none. */
    @ParameterizedTest
    @CsvSource({"CAS_DM,1", "DDPM,1", "DUAL,0", "CAS_DM,0"})
    void metricFunctionOfSomeTimesteps(Kind kind, int judged) {
        var model = TrainingExamples.model(kind, false, 0, 0, true);
        var plan = TrainingExamples.plan(model);
        var batch = TrainingExamples.batch(model, 2, 32, 3);
        double largest = Arrays.stream(batch.timesteps())
                .mapToDouble(model.schedule()::alphaBar)
                .max()
                .orElseThrow();
        var withMetric = new TrainingPlan(
                model,
                new LossWeights(1, 0.5, 2, 0.3, judged == 1 ? largest : Math.nextUp(largest)),
                plan.optimizer(),
                plan.weightDecay(),
                Optional.of(new TrainingPlan.Metric(
                        new LpipsSpec(Trunk.SQUEEZE, Resize.NONE), LpipsWeights.random(Trunk.SQUEEZE))),
                1,
                false,
                plan.arithmetic());
        assertSameStep(withMetric, batch, 4);
    }

    /** LPIPS and another function at once; theta of the cascade learns from neither. */
    @ParameterizedTest
    @CsvSource({"CAS_DM,0", "DDPM,0", "DUAL,0.5"})
    void twoMetricFunctions(Kind kind, double minAlphaBar) {
        var model = TrainingExamples.model(kind, false, 0, 0, true);
        var plan = TrainingExamples.plan(model);
        var both = new TrainingPlan(
                model,
                new LossWeights(1, 0.5, 2, 0.3, 0, 0.7, minAlphaBar, LossWeights.Bound.HYBRID),
                plan.optimizer(),
                plan.weightDecay(),
                Optional.of(new TrainingPlan.Metric(
                        new LpipsSpec(Trunk.SQUEEZE, Resize.NONE), LpipsWeights.random(Trunk.SQUEEZE))),
                Optional.of(cubes()),
                1,
                false,
                plan.arithmetic());
        assertSameStep(both, TrainingExamples.batch(model, 2, 32, 3), 4);
    }

    /** The sum of |a - b|³. */
    private static MetricFunction cubes() {
        return new MetricFunction() {
            @Override
            public Comparison compare(float[] first, float[] second, int images, int size) {
                int length = first.length / images;
                var distances = new double[images];
                var gradient = new float[first.length];
                for (int i = 0; i < first.length; i++) {
                    float difference = first[i] - second[i];
                    distances[i / length] += Math.abs(difference) * difference * difference / length;
                    gradient[i] = 3 * Math.abs(difference) * difference / length;
                }
                return new Comparison(distances, gradient);
            }

            @Override
            public void close() {}
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void randomNetworks(long seed) {
        var random = new Random(seed);
        int levels = 1 + random.nextInt(3);
        var multipliers = new ArrayList<Integer>();
        var attention = new ArrayList<Integer>();
        for (int level = 0; level < levels; level++) {
            multipliers.add(1 + random.nextInt(2));
            if (random.nextBoolean()) {
                attention.add(1 << level);
            }
        }
        int colours = random.nextBoolean() ? 3 : 1;
        var theta = new UNetSpec(
                colours,
                colours,
                32,
                multipliers,
                1 + random.nextInt(2),
                attention,
                1 << random.nextInt(3),
                random.nextBoolean(),
                0,
                random.nextInt(2) * 4);
        boolean seesXt = random.nextBoolean();
        var model = new ModelSpec(
                Kind.CAS_DM,
                theta,
                Optional.of(theta.withChannels(seesXt ? 2 * colours : colours, colours + 1)),
                seesXt,
                random.nextBoolean(),
                NoiseSchedule.linear(200),
                random.nextBoolean());
        var plan = new TrainingPlan(
                model,
                new LossWeights(1, 0.3, 2),
                new AdamW(1e-3, 0, 0.9, 0.99, 1e-8, 0),
                0,
                Optional.empty(),
                1,
                false,
                Arithmetic.float32(1));
        int size = (1 << levels - 1) * (2 + random.nextInt(3));
        assertSameStep(plan, TrainingExamples.batch(model, 1 + random.nextInt(3), size, seed), seed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void networksForDrawing(boolean classes) {
        var network = TrainingExamples.model(Kind.DDPM, false, classes ? 4 : 0, 0.2, true)
                .theta();
        var images = TrainingExamples.batch(TrainingExamples.model(Kind.DDPM, false, 0, 0, true), 3, 8, 5)
                .x0();
        var labels = classes ? new int[] {3, 0, 2} : null;
        assertThat(Golden.relativeError(
                        drawn(new LibTorchEngine(), network, images, labels),
                        Golden.doubles(drawn(new Nd4jEngine(), network, images, labels))))
                .isLessThan(LOSS_TOLERANCE);
    }

    private static float[] drawn(Engine engine, UNetSpec network, float[] images, int[] labels) {
        var model = TrainingExamples.model(Kind.DDPM, false, network.classes(), 0.2, true);
        var output = new float[images.length];
        try (var parameters = new FloatPointer(TrainingExamples.state(model, 3)[0]);
                var denoiser = engine.denoiser(network, parameters, Device.cpu(), Arithmetic.float32(1))) {
            denoiser.forward(images, 3, 8, 417.5, labels, output);
        }
        return output;
    }

    @Test
    void classifiersFeatures(@TempDir Path folder) throws IOException {
        var layout = new ClassifierLayout(12, 3, 12);
        var random = new Random(1);
        var parameters = new float[layout.length()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (0.08 * random.nextGaussian());
        }
        var description = new ClassifierDescription(
                12, List.of("a", "b", "c"), 0.5, "train", 10, "test", 10, new TrainingSettings(1, 16, 1e-3, 1, 12));
        var file = new org.apache.hadoop.fs.Path(
                folder.resolve("classifier.safetensors").toUri());
        var hadoop = new Configuration();
        ClassifierFile.write(new Classifier(description, parameters), file.getFileSystem(hadoop), file);
        var pixels = new byte[130 * 12 * 12 * 3];
        random.nextBytes(pixels);
        var images = new ImageBatch(pixels, 130, 12, 12);

        var ours = features(new LibTorchEngine(), ClassifierSpec.of(file.toString()), images);
        var theirs = features(new Nd4jEngine(), ClassifierSpec.of(file.toString()), images);

        assertThat(Golden.relativeError(ours.pooled(), Golden.doubles(theirs.pooled())))
                .isLessThan(1e-5);
        assertThat(Golden.relativeError(ours.logits(), Golden.doubles(theirs.logits())))
                .isLessThan(1e-5);
    }

    private static Features features(Engine engine, ClassifierSpec spec, ImageBatch images) throws IOException {
        try (var model = engine.features(spec, new Configuration(), Device.cpu(), Arithmetic.float32(1));
                var extractor = model.newExtractor(1)) {
            return extractor.extract(images);
        }
    }

    @Test
    void distancesOfImages() {
        var random = new Random(2);
        var first = new float[3 * 40 * 36 * 3];
        var second = new float[first.length];
        for (int i = 0; i < first.length; i++) {
            first[i] = 2 * random.nextFloat() - 1;
            second[i] = 2 * random.nextFloat() - 1;
        }
        var spec = new LpipsSpec(Trunk.ALEX, Resize.TO_224);
        var weights = LpipsWeights.random(Trunk.ALEX);
        try (var ours = new LibTorchEngine().metric(spec, weights, Device.cpu(), Arithmetic.float32(1));
                var theirs = new Nd4jEngine().metric(spec, weights, Device.cpu(), Arithmetic.float32(1))) {
            assertThat(Golden.relativeError(
                            ours.distances(first, second, 3, 40, 36), theirs.distances(first, second, 3, 40, 36)))
                    .isLessThan(LOSS_TOLERANCE);
        }
    }
}
