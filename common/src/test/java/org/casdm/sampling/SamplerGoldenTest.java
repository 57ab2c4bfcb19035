package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of the sampler against the reference. */
class SamplerGoldenTest {

    private static final int SIZE = 16;

    private final SamplerGolden golden = new SamplerGolden();

    private ModelSpec model(Kind kind) {
        var theta = Networks.spec(golden.metadata().get("unet"), 3, 3);
        var phi = kind == Kind.CAS_DM ? Optional.of(theta.withChannels(3, 4)) : Optional.<UNetSpec>empty();
        return new ModelSpec(kind, theta, phi, false, golden.clip(), NoiseSchedule.linear(1000), true);
    }

    private double error(EngineChoice engine, String name, ModelSpec model, Estimator estimator) {
        var computer = EngineRequests.computer(engine);
        try (var sampler = new Sampler(
                computer.engine(),
                computer.device(),
                computer.arithmetic(2),
                model,
                Networks.formulaParameters(model, "golden.sampler."::concat),
                SIZE,
                golden.settings(name, estimator))) {
            return golden.error(name, sampler);
        }
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void thetaAlone(EngineChoice engine) {
        for (var name : SamplerGolden.METHODS.keySet()) {
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
