package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.job.sample.model.WeightChoice;
import org.casdm.sampling.Sampler;
import org.casdm.sampling.SamplerGolden;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Weights that a job has read from a run's checkpoint, with the run's configuration, draw the reference's images. */
class SampleGoldenIT {

    @TempDir
    private Path folder;

    private final SamplerGolden golden = new SamplerGolden();

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

    private double error(String name, StoredModel model, Estimator estimator) throws IOException {
        try (var weights = model.load(new Configuration());
                var sampler = new Sampler(
                        new Nd4jEngine(),
                        Device.cpu(),
                        Arithmetic.float32(1),
                        model.spec(),
                        weights,
                        model.config().data().size(),
                        golden.settings(name, estimator))) {
            return golden.error(name, sampler);
        }
    }

    @Test
    void cascade() throws IOException {
        assertThat(error("cascade_ddpm_small", model("cas-dm"), Estimator.CASCADE))
                .isLessThan(1e-4);
    }

    @Test
    void thetaAlone() throws IOException {
        assertThat(error("ddim_eta1", model("ddpm"), Estimator.CASCADE)).isLessThan(1e-4);
        assertThat(error("ddim_eta1", model("cas-dm"), Estimator.THETA)).isLessThan(1e-4);
    }
}
