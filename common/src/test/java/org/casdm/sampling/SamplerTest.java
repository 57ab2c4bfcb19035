package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.casdm.sampling.SamplerExamples.DDPM;
import static org.casdm.sampling.SamplerExamples.IMAGE;
import static org.casdm.sampling.SamplerExamples.SIZE;
import static org.casdm.sampling.SamplerExamples.image;
import static org.casdm.sampling.SamplerExamples.model;
import static org.casdm.sampling.SamplerExamples.parameters;
import static org.casdm.sampling.SamplerExamples.sampler;

import java.util.ArrayList;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.network.UNetParameters;
import org.casdm.network.nd4j.Nd4jUNet;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Drawing numbered images. */
class SamplerTest {

    private static byte[] draw(ModelSpec model, SamplerSettings settings, int count, int... labels) {
        try (var sampler = sampler(model, parameters(model), settings, 2)) {
            return sampler.sample(0, count, labels.length == 0 ? null : labels);
        }
    }

    @Test
    void memoryIsTakenOnceAndNoneForTraining() {
        var spec = model(Kind.DDPM, 0).theta();
        var vector =
                Networks.normal(4, DataType.FLOAT, 1, UNetParameters.of(spec).length());
        var x = Networks.normal(5, DataType.FLOAT, 4, SIZE, SIZE, 3);
        var timesteps = Networks.normal(6, DataType.FLOAT, 4, 1);
        try (var gradients = Nd4j.zeros(DataType.FLOAT, 1, vector.length());
                var drawing = new Nd4jUNet(spec, vector, null, 1);
                var training = new Nd4jUNet(spec, vector, gradients, 1)) {
            drawing.forward(x, timesteps, null, false);
            long once = drawing.arenaBytes();
            for (int i = 0; i < 3; i++) {
                drawing.forward(x, timesteps, null, false);
            }
            assertThat(drawing.arenaBytes()).as("taken by later passes").isEqualTo(once);
            training.forward(x, timesteps, null, true);
            assertThat(once)
                    .as("against %d for training", training.arenaBytes())
                    .isLessThan(training.arenaBytes() / 2);
        }
    }

    @Test
    void interpolationGoesFromOneSeedToTheOther() {
        var model = model(Kind.CAS_DM, 0);
        var way = new InterpolatedNoise(12, 13, 5);
        try (var sampler = sampler(model, parameters(model), SamplerSettings.ddim("8", 99), 1)) {
            var frames = sampler.sample(way, 0, 5, null, StepListener.NONE);
            assertThat(image(frames, 0)).isEqualTo(draw(model, SamplerSettings.ddim("8", 12), 1));
            assertThat(image(frames, 4)).isEqualTo(draw(model, SamplerSettings.ddim("8", 13), 1));
            assertThat(image(frames, 2)).isNotEqualTo(image(frames, 1));
        }
        var middle = new float[30_000];
        way.fill(2, middle, 0, middle.length);
        double square = 0;
        for (float value : middle) {
            square += (double) value * value / middle.length;
        }
        assertThat(square).as("variance half-way").isCloseTo(1, within(0.03));
        assertThatThrownBy(() -> way.fill(5, middle, 0, 10)).hasMessageContaining("interpolation of 5");
        assertThatThrownBy(() -> new InterpolatedNoise(1, 2, 1)).hasMessageContaining("at least 2");
    }

    @Test
    void seedsAndMethodsMakeDifferentImages() {
        var model = model(Kind.CAS_DM, 0);
        var ddim = SamplerSettings.ddim("8", 12);
        var images = draw(model, ddim, 1);
        assertThat(draw(model, ddim, 1)).isEqualTo(images);
        assertThat(draw(model, SamplerSettings.ddim("8", 13), 1)).isNotEqualTo(images);
        assertThat(draw(model, DDPM, 1)).isNotEqualTo(images);
        assertThat(draw(model, new SamplerSettings("8", new Ddim(0), Estimator.THETA, true, 12), 1))
                .isNotEqualTo(images);
    }

    @Test
    void labelsChooseTheImage() {
        var model = model(Kind.CAS_DM, 3);
        var images = draw(model, DDPM, 2, 0, 2);
        var swapped = draw(model, DDPM, 2, 1, 2);
        assertThat(image(swapped, 0)).isNotEqualTo(image(images, 0));
        assertThat(image(swapped, 1)).isEqualTo(image(images, 1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CAS_DM", "DUAL"})
    void showsEveryStep(Kind kind) {
        var model = model(kind, 0);
        var timesteps = new ArrayList<Integer>();
        try (var sampler = sampler(model, parameters(model), SamplerSettings.ddim("ddim10", 1), 2)) {
            var noise = Networks.normal(8, DataType.FLOAT, IMAGE).toFloatVector();
            var before = noise.clone();
            var last = new float[1][];
            var images = sampler.sample(
                    noise,
                    (step, target) -> {
                        throw new AssertionError("DDIM with eta 0 adds no noise");
                    },
                    null,
                    state -> {
                        timesteps.add(state.timestep());
                        assertThat(state.step()).isEqualTo(10 - timesteps.size());
                        for (float weight : state.refinement().orElseThrow().weight()) {
                            assertThat(weight).isStrictlyBetween(0f, 1f);
                        }
                        for (float value : state.x0()) {
                            assertThat(value).isBetween(-1f, 1f);
                        }
                        int pixel = 3 * SIZE + 5;
                        assertThat(blendAt(state, pixel, 1)).isCloseTo(state.x0()[3 * pixel + 1], within(1e-6));
                        last[0] = state.x0().clone();
                    });
            assertThat(timesteps).containsExactly(90, 80, 70, 60, 50, 40, 30, 20, 10, 0);
            assertThat(images).usingComparatorWithPrecision(1e-5f).containsExactly(last[0]);
            assertThat(noise).containsExactly(before);
        }
    }

    private static double blendAt(StepListener.State state, int pixel, int channel) {
        var refinement = state.refinement().orElseThrow();
        double weight = refinement.weight()[pixel];
        double blend =
                weight * refinement.x0()[3 * pixel + channel] + (1 - weight) * state.x0Theta()[3 * pixel + channel];
        return Math.max(-1, Math.min(1, blend));
    }

    /** Clipped, they would be white images. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void saysThatANetworkIsNotFinite(Kind kind) {
        var model = model(kind, 0);
        long theta = UNetParameters.of(model.theta()).length();
        var parameters = parameters(model);
        scale(parameters, 0, theta);
        assertThatThrownBy(() -> draw(model, parameters))
                .isInstanceOf(SamplingException.class)
                .hasMessageContaining("first network's output at timestep 99 is not finite");
        if (kind == Kind.CAS_DM) {
            var others = parameters(model);
            scale(others, theta, others.limit());
            assertThatThrownBy(() -> draw(model, others))
                    .isInstanceOf(SamplingException.class)
                    .hasMessageContaining("second network's output at timestep 99 is not finite");
        }
    }

    /** Far out of range. */
    private static void scale(FloatPointer parameters, long from, long to) {
        for (long i = from; i < to; i++) {
            parameters.put(i, parameters.get(i) * 1e30f);
        }
    }

    private static byte[] draw(ModelSpec model, FloatPointer parameters) {
        try (var sampler = sampler(model, parameters, DDPM, 1)) {
            return sampler.sample(0, 2, null);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        var conditional = model(Kind.CAS_DM, 3);
        assertThatThrownBy(() -> draw(conditional, DDPM, 2)).hasMessageContaining("3 classes");
        assertThatThrownBy(() -> draw(conditional, DDPM, 2, 1)).hasMessageContaining("each of 2 images");
        assertThatThrownBy(() -> draw(conditional, DDPM, 1, 3)).hasMessageContaining("label 3");
        assertThatThrownBy(() -> draw(model(Kind.DDPM, 0), DDPM, 1, 0)).hasMessageContaining("no classes");
        assertThatThrownBy(() -> sampler(conditional, parameters(model(Kind.DDPM, 0)), DDPM, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameters");
        assertThatThrownBy(() -> SamplerSettings.ddim("many", 1)).hasMessageContaining("many");
        assertThatThrownBy(() -> new Ddim(2)).hasMessageContaining("eta");
    }
}
