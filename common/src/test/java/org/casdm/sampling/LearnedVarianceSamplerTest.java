package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Ancestral sampling with the variance that a network has learned, against improved-diffusion. */
class LearnedVarianceSamplerTest {

    private static final SamplerSettings SETTINGS =
            new SamplerSettings("7", new Ddpm(Variance.LEARNED), Estimator.CASCADE, true, 0);

    private final Golden golden = Golden.load("learned");

    private Sampler sampler(EngineChoice engine, int outputs, float[] parameters) {
        var computer = EngineRequests.computer(engine);
        var theta = Networks.spec(golden.metadata().get("config"), 3, outputs);
        var model = new ModelSpec(Kind.DDPM, theta, Optional.empty(), false, true, NoiseSchedule.cosine(1000), true);
        return new Sampler(
                computer.engine(),
                computer.device(),
                computer.arithmetic(2),
                model,
                new FloatPointer(parameters),
                16,
                SETTINGS);
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void imagesEqualTheReference(EngineChoice engine) {
        var theta = Networks.spec(golden.metadata().get("config"), 3, 6);
        try (var sampler = sampler(engine, 6, Networks.formulaWeights("golden.learned", theta))) {
            var initial = Networks.channelsLast(golden, "sample.xT", DataType.FLOAT);
            int length = (int) initial.length();
            var noise = golden.floats("sample.z");
            var images = sampler.sample(
                    initial.data().asFloat(),
                    (step, target) -> {
                        var z = Nd4j.createFromArray(Arrays.copyOfRange(noise, step * length, (step + 1) * length))
                                .reshape('c', golden.shape("sample.xT"))
                                .permute(0, 2, 3, 1)
                                .dup('c');
                        System.arraycopy(z.data().asFloat(), 0, target, 0, length);
                    },
                    null,
                    StepListener.NONE);
            assertThat(Golden.relativeError(
                            Networks.channelsFirst(Nd4j.createFromArray(images).reshape(initial.shape())),
                            golden.doubles("sample.ddpm7")))
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void modelsThatHaveNotLearnedAVarianceAreRefused(EngineChoice engine) {
        var theta = Networks.spec(golden.metadata().get("config"), 3, 3);
        assertThatThrownBy(() -> sampler(engine, 3, Networks.formulaWeights("golden.learned", theta)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learn-sigma");
    }
}
