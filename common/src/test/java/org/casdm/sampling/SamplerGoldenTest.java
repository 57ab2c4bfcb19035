package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Whole runs of the sampler against the reference. */
class SamplerGoldenTest {

    private static final int SIZE = 16;

    private static final Map<String, SamplingMethod> METHODS = Map.of(
            "ddpm_small",
            new Ddpm(Variance.FIXED_SMALL),
            "ddpm_large",
            new Ddpm(Variance.FIXED_LARGE),
            "ddim_eta0",
            new Ddim(0),
            "ddim_eta1",
            new Ddim(1));

    private final Golden golden = Golden.load("sampler");
    private final boolean clip = Boolean.parseBoolean(golden.metadata().get("clip"));

    private ModelSpec model(Kind kind) {
        var theta = Networks.spec(golden.metadata().get("unet"), 3, 3);
        var phi = kind == Kind.CAS_DM ? Optional.of(theta.withChannels(3, 4)) : Optional.<UNetSpec>empty();
        return new ModelSpec(kind, theta, phi, false, clip, NoiseSchedule.linear(1000), true);
    }

    private static FloatPointer parameters(ModelSpec model) {
        var parts = model.networks().stream()
                .map(network -> Networks.formulaWeights("golden.sampler." + network.name(), network.spec()))
                .toList();
        var vector =
                new FloatPointer(parts.stream().mapToLong(part -> part.length).sum());
        long from = 0;
        for (float[] part : parts) {
            vector.getPointer(from).put(part);
            from += part.length;
        }
        return vector;
    }

    /** z of a step, channels last. */
    private float[] noise(int step) {
        return Nd4j.createFromArray(golden.floats("z"))
                .reshape('c', golden.shape("z"))
                .get(
                        NDArrayIndex.point(step),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all())
                .permute(0, 2, 3, 1)
                .dup('c')
                .data()
                .asFloat();
    }

    private double error(EngineChoice engine, String name, ModelSpec model, Estimator estimator) {
        var computer = EngineRequests.computer(engine);
        var settings = new SamplerSettings(
                golden.metadata().get("respacing"), METHODS.get(name.replace("cascade_", "")), estimator, clip, 0);
        try (var sampler = new Sampler(
                computer.engine(),
                computer.device(),
                computer.arithmetic(2),
                model,
                parameters(model),
                SIZE,
                settings)) {
            var initial = Networks.channelsLast(golden, "xT", DataType.FLOAT);
            var images = sampler.sample(
                    initial.data().asFloat(),
                    (step, target) -> System.arraycopy(noise(step), 0, target, 0, target.length),
                    null,
                    StepListener.NONE);
            return Golden.relativeError(
                    Networks.channelsFirst(Nd4j.createFromArray(images).reshape(initial.shape())),
                    golden.doubles(name));
        }
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void thetaAlone(EngineChoice engine) {
        for (var name : METHODS.keySet()) {
            assertThat(error(engine, name, model(Kind.DDPM), Estimator.CASCADE))
                    .as(name)
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void cascade(EngineChoice engine) {
        for (var name : List.of("cascade_ddpm_small", "cascade_ddim_eta0")) {
            assertThat(error(engine, name, model(Kind.CAS_DM), Estimator.CASCADE))
                    .as(name)
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void thetaOfACascade(EngineChoice engine) {
        assertThat(error(engine, "ddim_eta0", model(Kind.CAS_DM), Estimator.THETA))
                .isLessThan(1e-4);
    }
}
