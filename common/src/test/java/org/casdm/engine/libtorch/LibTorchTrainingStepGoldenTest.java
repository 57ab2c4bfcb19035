package org.casdm.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Batch;
import org.casdm.engine.Device;
import org.casdm.engine.HostState;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.lpips.LpipsExamples;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.Trunk;
import org.casdm.network.UNetParameters;
import org.casdm.optimizer.AdamW;
import org.casdm.testing.Golden;
import org.casdm.testing.GoldenGradients;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** One step of the cascade against the reference: losses, gradients, AdamW. */
class LibTorchTrainingStepGoldenTest {

    private static ModelSpec model(Golden golden) {
        boolean seesXt = golden.metadata().get("case").contains("x0+xt");
        boolean clip = golden.metadata().get("case").contains("\"clip\": true");
        var theta = Networks.spec(golden.metadata().get("unet"), 3, 3);
        return new ModelSpec(
                Kind.CAS_DM,
                theta,
                Optional.of(theta.withChannels(seesXt ? 6 : 3, 4)),
                seesXt,
                clip,
                NoiseSchedule.linear(1000),
                true);
    }

    private static float[] channelsLast(Golden golden, String name) {
        return Networks.channelsLast(golden, name, DataType.FLOAT).data().asFloat();
    }

    @ParameterizedTest
    @CsvSource({"casdm_x0,1,false", "casdm_x0_xt,1,false", "casdm_x0,2,true", "casdm_x0_xt,2,true"})
    void equalsTheReference(String file, int accumulate, boolean checkpointActivations) {
        var golden = Golden.load(file);
        var model = model(golden);
        boolean lpips = golden.has("loss.lpips");
        var losses = new LossWeights(1, 1, 1, lpips ? 0.1 : 0);
        var spec = new LpipsSpec(Trunk.VGG, Resize.NONE);
        var plan = new TrainingPlan(
                model,
                losses,
                new AdamW(1e-3, 0, 0.9, 0.999, 1e-8, 0),
                0,
                lpips
                        ? Optional.of(new TrainingPlan.Metric(spec, LpipsExamples.formulaWeights(spec.trunk())))
                        : Optional.empty(),
                accumulate,
                checkpointActivations,
                Arithmetic.float32(2));
        int images = (int) golden.shape("x0")[0];
        var batch = new Batch(
                images,
                (int) golden.shape("x0")[2],
                3,
                channelsLast(golden, "x0"),
                channelsLast(golden, "eps"),
                Arrays.stream(golden.longs("t")).mapToInt(Math::toIntExact).toArray(),
                null);
        var parameters = concatenate(
                Networks.formulaWeights("golden.casdm.theta", model.theta()),
                Networks.formulaWeights("golden.casdm.phi", model.phi().orElseThrow()));
        var zeros = new float[parameters.length];
        try (var values = new FloatPointer(parameters);
                var firstMoments = new FloatPointer(zeros);
                var secondMoments = new FloatPointer(zeros);
                var training = new LibTorchTrainingStep(plan, Target.of(Device.cpu(), Arithmetic.float32(1)))) {
            var state = new HostState(values, firstMoments, secondMoments);
            training.load(state);

            var outcome = training.step(batch, 0, 1);

            var names = losses.terms(model);
            assertThat(names).hasSize(lpips ? 4 : 3);
            for (int i = 0; i < names.size(); i++) {
                int term = i;
                double mean = Arrays.stream(outcome.termsOfImages())
                        .mapToDouble(terms -> terms[term])
                        .average()
                        .orElseThrow();
                assertThat(Math.abs(mean / golden.scalar("loss." + names.get(i)) - 1))
                        .as(names.get(i))
                        .isLessThan(1e-4);
            }
            assertThat(Math.abs(outcome.score() / golden.scalar("total") - 1)).isLessThan(1e-4);
            assertThat(outcome.skipped()).isFalse();
            var gradient = new float[parameters.length];
            try (var host = new FloatPointer(gradient)) {
                training.storeGradient(host);
                host.get(gradient);
            }
            training.store(state);
            var after = new float[parameters.length];
            state.parameters().get(after);
            int start = 0;
            for (var network : model.networks()) {
                var layout = UNetParameters.of(network.spec());
                GoldenGradients.check(golden, network.name() + ".", layout, gradient, start, 1e-6);
                String name = network.name() + ".out.2.weight";
                assertThat(Golden.relativeError(
                                GoldenGradients.inFileLayout(layout.get("out.2.weight"), after, start),
                                golden.doubles("adam." + name)))
                        .as(name)
                        .isLessThan(1e-6);
                start += Math.toIntExact(layout.length());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"hybrid,false,1", "vlb,true,2"})
    void learnedVarianceEqualsTheReference(String losses, boolean boundOnly, int accumulate) {
        var golden = Golden.load("learned");
        var theta = Networks.spec(golden.metadata().get("config"), 3, 6);
        var model = new ModelSpec(Kind.DDPM, theta, Optional.empty(), false, false, NoiseSchedule.cosine(1000), true);
        var weights = new LossWeights(boundOnly ? 0 : 1, 0, 0)
                .withBound(new LossWeights.Bound(boundOnly ? 1 : 1e-3, boundOnly));
        var plan = new TrainingPlan(
                model,
                weights,
                new AdamW(1e-3, 0, 0.9, 0.999, 1e-8, 0),
                0,
                Optional.empty(),
                accumulate,
                false,
                Arithmetic.float32(2));
        var batch = new Batch(
                2,
                16,
                3,
                channelsLast(golden, "x0"),
                channelsLast(golden, "noise"),
                Arrays.stream(golden.longs("t")).mapToInt(Math::toIntExact).toArray(),
                null);
        var parameters = Networks.formulaWeights("golden.learned", theta);
        try (var values = new FloatPointer(parameters);
                var firstMoments = new FloatPointer(new float[parameters.length]);
                var secondMoments = new FloatPointer(new float[parameters.length]);
                var host = new FloatPointer(parameters.length);
                var training = new LibTorchTrainingStep(plan, Target.of(Device.cpu(), Arithmetic.float32(1)))) {
            training.load(new HostState(values, firstMoments, secondMoments));

            var outcome = training.step(batch, 0, 1);

            for (int image = 0; image < 2; image++) {
                double[] terms = outcome.termsOfImages()[image];
                double ours = boundOnly ? terms[1] : terms[0] + 1e-3 * terms[1];
                assertThat(Math.abs(ours / golden.doubles(losses + ".loss")[image] - 1))
                        .as("loss of image %d", image)
                        .isLessThan(1e-4);
            }
            var gradient = new float[parameters.length];
            training.storeGradient(host);
            host.get(gradient);
            GoldenGradients.checkNorms(golden, losses + ".gradnorm.", UNetParameters.of(theta), gradient, 1e-6);
        }
    }

    private static float[] concatenate(float[] first, float[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
