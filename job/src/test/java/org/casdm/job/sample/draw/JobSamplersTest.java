package org.casdm.job.sample.draw;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.job.sample.SampleExamples;
import org.casdm.job.sample.folder.ClassCycle;
import org.casdm.job.sample.folder.PartFormat;
import org.casdm.job.sample.folder.SampleSettings;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.job.sample.model.WeightChoice;
import org.casdm.job.testing.StandInGpus;
import org.casdm.sampling.Sampler;
import org.casdm.sampling.SamplerSettings;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobSamplersTest {

    @TempDir
    private Path folder;

    private final StandInGpus gpus = new StandInGpus();

    private JobSamplers samplers() throws IOException {
        var config = SampleExamples.config();
        var hadoop = new Configuration();
        var run = folder.resolve("run").toString();
        SampleExamples.writeRun(run, config, SampleExamples.weights(ConfiguredModel.of(config)), hadoop);
        var model = StoredModel.find(run, new WeightChoice(Optional.empty()), hadoop);
        return new JobSamplers(new SampleTask(
                UUID.randomUUID(),
                new SampleSettings(
                        model, SamplerSettings.ddim("2", 7), new ClassCycle(List.of()), null, PartFormat.PARQUET),
                folder.resolve("out").toString(),
                2,
                1,
                EngineRequests.of(EngineChoice.LIBTORCH),
                new SerializableConfiguration(hadoop)));
    }

    private Sampler use(JobSamplers samplers, int gpu, byte[][] images) throws IOException {
        try (var borrowed = samplers.borrow(gpus.gpu(gpu))) {
            assertThat(borrowed.device().index()).isEqualTo(gpu);
            images[gpu] = borrowed.sampler().sample(0, 2, null);
            borrowed.keep();
            return borrowed.sampler();
        }
    }

    @Test
    void eachGpu_hasNetworksOfItsOwnAndDrawsTheSame() throws IOException {
        var samplers = samplers();
        var images = new byte[2][];
        var first = use(samplers, 0, images);
        var second = use(samplers, 1, images);
        assertThat(second).isNotSameAs(first);
        assertThat(gpus.made()).as("both networks on each").containsExactly(0, 0, 1, 1);
        assertThat(images[1]).isEqualTo(images[0]);
        assertThat(use(samplers, 0, images)).as("of the same GPU").isSameAs(first);
        samplers.close();
    }

    @Test
    void samplerOfAFailedTask_isNotLentAgain() throws IOException {
        var samplers = samplers();
        Sampler failed;
        try (var borrowed = samplers.borrow(gpus.gpu(0))) {
            failed = borrowed.sampler();
        }
        try (var borrowed = samplers.borrow(gpus.gpu(0))) {
            assertThat(borrowed.sampler()).isNotSameAs(failed);
        }
        samplers.close();
    }
}
