package org.casdm.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.testing.Networks;
import org.nd4j.linalg.api.buffer.DataType;

/** Small models with made-up parameters, and samplers of them. */
final class SamplerExamples {

    static final int SIZE = 16;
    static final int IMAGE = SIZE * SIZE * 3;
    static final SamplerSettings DDPM =
            new SamplerSettings("8", new Ddpm(Variance.FIXED_SMALL), Estimator.CASCADE, true, 12);

    private SamplerExamples() {}

    static ModelSpec model(Kind kind, int classes) {
        var theta = new UNetSpec(3, kind == Kind.DUAL ? 7 : 3, 32, List.of(1, 2), 1, List.of(2), 2, true, 0.1, classes);
        boolean cascade = kind == Kind.CAS_DM;
        return new ModelSpec(
                kind,
                theta,
                cascade ? Optional.of(theta.withChannels(6, 4)) : Optional.empty(),
                cascade,
                true,
                NoiseSchedule.cosine(100),
                true);
    }

    static FloatPointer parameters(ModelSpec model) {
        long length = model.networks().stream()
                .mapToLong(network -> UNetParameters.of(network.spec()).length())
                .sum();
        return new FloatPointer(
                Networks.normal(4, DataType.FLOAT, 1, length).muli(0.06).data().asFloat());
    }

    static Sampler sampler(ModelSpec model, FloatPointer parameters, SamplerSettings settings, int threads) {
        return new Sampler(
                new Nd4jEngine(), Device.cpu(), Arithmetic.float32(threads), model, parameters, SIZE, settings);
    }

    static byte[] image(byte[] images, int index) {
        return Arrays.copyOfRange(images, index * IMAGE, (index + 1) * IMAGE);
    }
}
