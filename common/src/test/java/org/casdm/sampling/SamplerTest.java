package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Drawing numbered images. */
class SamplerTest {

    private static final int SIZE = 16;
    private static final int IMAGE = SIZE * SIZE * 3;
    private static final SamplerSettings DDPM =
            new SamplerSettings("8", new Ddpm(Variance.FIXED_SMALL), Estimator.CASCADE, true, 12);

    private static ModelSpec model(Kind kind, int classes) {
        var theta = new UNetSpec(3, kind == Kind.DUAL ? 7 : 3, 32, List.of(1, 2), 1, List.of(2), 2, true, 0.1, classes);
        boolean cascade = kind == Kind.CAS_DM;
        return new ModelSpec(kind, theta, cascade ? Optional.of(theta.withChannels(6, 4)) : Optional.empty(), cascade,
                true, NoiseSchedule.cosine(100), true);
    }

    private static INDArray parameters(ModelSpec model) {
        long length = model.networks().stream().mapToLong(network -> UNetParameters.of(network.spec()).length()).sum();
        return Networks.normal(4, DataType.FLOAT, 1, length).muli(0.06);
    }

    private static byte[] draw(ModelSpec model, SamplerSettings settings, int count, int... labels) {
        try (var sampler = new Sampler(model, parameters(model), SIZE, settings, 2)) {
            return sampler.sample(0, count, labels.length == 0 ? null : labels);
        }
    }

    private static byte[] image(byte[] images, int index) {
        return Arrays.copyOfRange(images, index * IMAGE, (index + 1) * IMAGE);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void imagesDoNotDependOnTheBatch(Kind kind) {
        var model = model(kind, 0);
        try (var sampler = new Sampler(model, parameters(model), SIZE, DDPM, 2)) {
            var together = sampler.sample(100, 5, null);
            assertThat(together).hasSize(5 * IMAGE);
            assertThat(image(together, 0)).isNotEqualTo(image(together, 1));
            for (int split : new int[] {1, 2, 3}) {
                for (int first = 0; first < 5; first += split) {
                    int count = Math.min(split, 5 - first);
                    assertSame(sampler.sample(100 + first, count, null),
                            Arrays.copyOfRange(together, first * IMAGE, (first + count) * IMAGE));
                }
            }
        }
    }

    /** Equal but for a rare value whose last bits lie on the other side of a whole number. */
    private static void assertSame(byte[] images, byte[] expected) {
        assertThat(images).hasSameSizeAs(expected);
        int different = 0;
        for (int i = 0; i < images.length; i++) {
            int difference = Math.abs((images[i] & 0xff) - (expected[i] & 0xff));
            assertThat(difference).isLessThanOrEqualTo(1);
            different += difference;
        }
        assertThat(different).as("values that differ, of " + images.length).isLessThanOrEqualTo(images.length / 500);
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
    @EnumSource(value = Kind.class, names = {"CAS_DM", "DUAL"})
    void showsEveryStep(Kind kind) {
        var model = model(kind, 0);
        var timesteps = new ArrayList<Integer>();
        try (var sampler = new Sampler(model, parameters(model), SIZE, SamplerSettings.ddim("ddim10", 1), 2)) {
            var noise = Networks.normal(8, DataType.FLOAT, 1, SIZE, SIZE, 3);
            var before = noise.dup();
            var last = new INDArray[1];
            var images = sampler.sample(noise, (step, target) -> {
                throw new AssertionError("DDIM with eta 0 adds no noise");
            }, null, state -> {
                timesteps.add(state.timestep());
                assertThat(state.step()).isEqualTo(10 - timesteps.size());
                var weight = state.refinement().orElseThrow().weight();
                assertThat(weight.minNumber().doubleValue()).isPositive();
                assertThat(weight.maxNumber().doubleValue()).isLessThan(1);
                assertThat(state.x0().amaxNumber().doubleValue()).isLessThanOrEqualTo(1);
                assertThat(blendAt(state, 3, 5, 1)).isCloseTo(state.x0().getDouble(0, 3, 5, 1), within(1e-6));
                last[0] = state.x0().dup();
            });
            assertThat(timesteps).containsExactly(90, 80, 70, 60, 50, 40, 30, 20, 10, 0);
            assertThat(images.distance2(last[0])).isLessThan(1e-5);
            assertThat(noise).isEqualTo(before);
        }
    }

    private static double blendAt(StepListener.State state, int row, int column, int channel) {
        var refinement = state.refinement().orElseThrow();
        double weight = refinement.weight().getDouble(0, row, column, 0);
        double blend = weight * refinement.x0().getDouble(0, row, column, channel)
                + (1 - weight) * state.x0Theta().getDouble(0, row, column, channel);
        return Math.max(-1, Math.min(1, blend));
    }

    @Test
    void refusesWhatDoesNotFit() {
        var conditional = model(Kind.CAS_DM, 3);
        assertThatThrownBy(() -> draw(conditional, DDPM, 2)).hasMessageContaining("3 classes");
        assertThatThrownBy(() -> draw(conditional, DDPM, 2, 1)).hasMessageContaining("each of 2 images");
        assertThatThrownBy(() -> draw(conditional, DDPM, 1, 3)).hasMessageContaining("label 3");
        assertThatThrownBy(() -> draw(model(Kind.DDPM, 0), DDPM, 1, 0)).hasMessageContaining("no classes");
        assertThatThrownBy(() -> new Sampler(conditional, parameters(model(Kind.DDPM, 0)), SIZE, DDPM, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("parameters");
        assertThatThrownBy(() -> SamplerSettings.ddim("many", 1)).hasMessageContaining("many");
        assertThatThrownBy(() -> new Ddim(2)).hasMessageContaining("eta");
    }
}
