package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.DpmSolver;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Classifier-free guidance of both networks against its formula in Python. */
class GuidanceGoldenTest {

    private static final int SIZE = 16;
    private static final int[] LABELS = {0, 3};
    private static final int NONE = 4;
    private static final double ALL = Double.POSITIVE_INFINITY;

    private static final Map<String, Guidance> CASES = Map.of(
            "none", Guidance.NONE,
            "both", new Guidance(2.5, 2.5, 0, ALL, NONE),
            "theta", new Guidance(2.5, 1, 0, ALL, NONE),
            "phi", new Guidance(1, 3, 0, ALL, NONE),
            "interval", new Guidance(2.5, 1.5, 0.3, 30, NONE));

    private final Golden golden = Golden.load("guidance");

    private ModelSpec model() {
        var spec = Networks.spec(golden.metadata().get("unet"), 3, 3);
        return new ModelSpec(
                Kind.CAS_DM, spec, Optional.of(spec.withChannels(3, 4)), false, true, NoiseSchedule.linear(1000), true);
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void guidesBothNetworksWithinAnInterval(EngineChoice engine) {
        var computer = EngineRequests.computer(engine);
        var model = model();
        var vector = Nd4j.concat(
                        1,
                        model.networks().stream()
                                .map(network -> Networks.vector(
                                        Networks.formulaWeights("golden.guidance." + network.name(), network.spec()),
                                        DataType.FLOAT))
                                .toArray(INDArray[]::new))
                .data()
                .asFloat();
        var initial = Networks.channelsLast(golden, "xT", DataType.FLOAT);
        CASES.forEach((name, guidance) -> {
            var settings =
                    new SamplerSettings("6", new DpmSolver(Spacing.KARRAS), Estimator.CASCADE, true, 0, guidance);
            try (var parameters = new FloatPointer(vector);
                    var sampler = new Sampler(
                            computer.engine(),
                            computer.device(),
                            computer.arithmetic(2),
                            model,
                            parameters,
                            SIZE,
                            settings)) {
                var images = sampler.sample(initial.data().asFloat(), (step, target) -> {}, LABELS, StepListener.NONE);
                assertThat(Golden.relativeError(
                                Networks.channelsFirst(
                                        Nd4j.createFromArray(images).reshape(initial.shape())),
                                golden.doubles(name)))
                        .as(name)
                        .isLessThan(1e-4);
            }
        });
    }

    @Test
    void guidanceOfAModelWithoutANullClass_isRejected() {
        assertThatThrownBy(() -> new Guidance(2, 1, 0, ALL, -1)).hasMessageContaining("model.label-dropout");
        assertThatThrownBy(() -> new Guidance(2, 2, 5, 1, NONE)).hasMessageContaining("from 5.0 to 1.0");
    }
}
