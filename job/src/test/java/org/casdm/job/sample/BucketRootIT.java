package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.casdm.checkpoint.RunFolder;
import org.casdm.job.sample.folder.ClassCycle;
import org.casdm.job.sample.folder.Part;
import org.casdm.job.sample.folder.PartFormat;
import org.casdm.job.sample.folder.SampleFolder;
import org.casdm.job.sample.folder.SampleRange;
import org.casdm.job.sample.folder.SampleSettings;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.job.testing.S3Server;
import org.casdm.sampling.SamplerSettings;
import org.casdm.storage.Storage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The root of a bucket as a folder of samples and as a run, with and without a slash. */
class BucketRootIT {

    @TempDir
    static Path folder;

    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = new S3Server(folder);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"drawn1, s3a://drawn1", "drawn2, s3a://drawn2/"})
    void partsAreFoundAgain(String bucket, String location) throws IOException {
        server.createBucket(bucket);
        var hadoop = server.hadoop();
        var settings = new SampleSettings(
                new StoredModel("s3a://run/", 20, "model.safetensors", "0f".repeat(32), SampleExamples.config()),
                SamplerSettings.ddim("4", 7),
                new ClassCycle(List.of()),
                null,
                PartFormat.PARQUET);
        var samples = new SampleFolder(location, settings, hadoop);
        samples.open(4);
        var file = PartFormat.PARQUET
                .files(new SampleRange(0, 4), settings.classes())
                .iterator()
                .next();
        try (var output = samples.fileSystem().create(samples.file(file))) {
            output.write(new byte[100]);
        }
        samples.record(new Part(0, 4, 100, "0f".repeat(32), List.of(4)));
        assertThat(new SampleFolder(location, settings, hadoop).parts())
                .singleElement()
                .satisfies(part -> assertThat(part.count()).isEqualTo(4));
    }

    @ParameterizedTest
    @CsvSource({"runs1, s3a://runs1", "runs2, s3a://runs2/"})
    void runsAreFound(String bucket, String location) throws IOException {
        server.createBucket(bucket);
        var run = RunFolder.at(location, server.hadoop());
        run.writeConfiguration("casdm {}");
        assertThat(Files.exists(server.objects().resolve(bucket).resolve("config.conf")))
                .isTrue();
        assertThat(RunFolder.at(location, server.hadoop()).readConfiguration()).isPresent();
        assertThat(run.root()).isEqualTo(Storage.path("s3a://" + bucket + "/"));
    }
}
