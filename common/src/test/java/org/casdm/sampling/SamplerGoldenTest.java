package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Whole runs of the sampler against the reference. */
class SamplerGoldenTest {

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

    private static INDArray parameters(ModelSpec model) {
        return Nd4j.concat(
                1,
                model.networks().stream()
                        .map(network -> Networks.vector(
                                Networks.formulaWeights("golden.sampler." + network.name(), network.spec()),
                                DataType.FLOAT))
                        .toArray(INDArray[]::new));
    }

    /** z of a step, channels last. */
    private INDArray noise(int step) {
        return Nd4j.createFromArray(golden.floats("z"))
                .reshape('c', golden.shape("z"))
                .get(
                        NDArrayIndex.point(step),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all())
                .permute(0, 2, 3, 1);
    }

    private double error(String name, ModelSpec model, Estimator estimator) {
        var settings = new SamplerSettings(
                golden.metadata().get("respacing"), METHODS.get(name.replace("cascade_", "")), estimator, clip, 0);
        try (var sampler = new Sampler(model, parameters(model), 16, settings, 2)) {
            var images = sampler.sample(
                    Networks.channelsLast(golden, "xT", DataType.FLOAT),
                    (step, target) -> target.assign(noise(step)),
                    null,
                    StepListener.NONE);
            return Golden.relativeError(Networks.channelsFirst(images), golden.doubles(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm_small", "ddpm_large", "ddim_eta0", "ddim_eta1"})
    void thetaAlone(String name) {
        assertThat(error(name, model(Kind.DDPM), Estimator.CASCADE)).isLessThan(1e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cascade_ddpm_small", "cascade_ddim_eta0"})
    void cascade(String name) {
        assertThat(error(name, model(Kind.CAS_DM), Estimator.CASCADE)).isLessThan(1e-4);
    }

    @Test
    void thetaOfACascade() {
        assertThat(error("ddim_eta0", model(Kind.CAS_DM), Estimator.THETA)).isLessThan(1e-4);
    }
}
