package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.sampling.Sampler;
import org.casdm.sampling.SamplerSettings;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.sampling.StepListener;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Weights that a job has read from a run's checkpoint, with the run's configuration, draw the reference's images. */
class SampleGoldenIT {

    private static final Map<String, SamplingMethod> METHODS = Map.of(
            "ddpm_small",
            new Ddpm(Variance.FIXED_SMALL),
            "ddpm_large",
            new Ddpm(Variance.FIXED_LARGE),
            "ddim_eta0",
            new Ddim(0),
            "ddim_eta1",
            new Ddim(1));

    @TempDir
    private Path folder;

    private final Golden golden = Golden.load("sampler");

    private StoredModel model(String kind) throws IOException {
        var config = SampleExamples.config("model.kind=" + kind, "diffusion.schedule=linear", "diffusion.steps=1000");
        var vector = Nd4j.concat(
                1,
                ConfiguredModel.of(config).networks().stream()
                        .map(network -> Networks.vector(
                                Networks.formulaWeights("golden.sampler." + network.name(), network.spec()),
                                DataType.FLOAT))
                        .toArray(INDArray[]::new));
        SampleExamples.writeRun(folder.toString(), config, vector, new Configuration());
        return StoredModel.find(folder.toString(), new WeightChoice(Optional.empty()), new Configuration());
    }

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

    private double error(String name, StoredModel model, Estimator estimator) throws IOException {
        var settings = new SamplerSettings(
                golden.metadata().get("respacing"), METHODS.get(name.replace("cascade_", "")), estimator, true, 0);
        try (var weights = model.load(new Configuration());
                var sampler = new Sampler(
                        new Nd4jEngine(),
                        Device.cpu(),
                        Arithmetic.float32(1),
                        model.spec(),
                        weights,
                        model.config().data().size(),
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
    @ValueSource(strings = {"cascade_ddpm_small", "cascade_ddim_eta0"})
    void cascade(String name) throws IOException {
        assertThat(error(name, model("cas-dm"), Estimator.CASCADE)).isLessThan(1e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm_small", "ddpm_large", "ddim_eta0", "ddim_eta1"})
    void thetaAlone(String name) throws IOException {
        assertThat(error(name, model("ddpm"), Estimator.CASCADE)).isLessThan(1e-4);
        assertThat(error(name, model("cas-dm"), Estimator.THETA)).isLessThan(1e-4);
    }
}
