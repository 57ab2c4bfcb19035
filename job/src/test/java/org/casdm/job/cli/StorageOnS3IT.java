package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RetentionPolicy;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.checkpoint.TrainingState;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.job.cli.failure.FailureMessages;
import org.casdm.job.inspect.Inspection;
import org.casdm.job.inspect.RunSummary;
import org.casdm.job.testing.S3Server;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs, checkpoints and images on {@code s3a://}, and what goes wrong there. */
class StorageOnS3IT {

    private static final float[] WEIGHT = {3, 4, 0, 0, 0, 0};

    @TempDir
    static Path folder;

    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = new S3Server(folder);
        server.createBucket("bucket");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void checkpointsAreWrittenFoundKeptAndRemoved() throws IOException {
        var run = RunFolder.at("s3a://bucket/runs/1", server.hadoop());
        var store = run.checkpoints();
        assertThat(store.latest()).isEmpty();
        for (long step : new long[] {10, 20, 30}) {
            store.write(checkpoint(step));
        }
        assertThat(store.latest().orElseThrow().step()).isEqualTo(30);
        store.retain(new RetentionPolicy(1, 20), 30);
        assertThat(store.list().complete()).extracting(StoredCheckpoint::step).containsExactly(20L, 30L);
        assertThat(store.list().incomplete()).isEmpty();

        var read = new float[6];
        store.latest().orElseThrow().read(CheckpointFiles.MODEL, info -> FloatSink.into(read));
        assertThat(read).containsExactly(WEIGHT);

        run.fileSystem().delete(new org.apache.hadoop.fs.Path(store.folder(30), CheckpointFiles.MODEL), false);
        assertThat(store.latest().orElseThrow().step()).isEqualTo(20);
        assertThat(store.list().incomplete())
                .singleElement()
                .satisfies(incomplete -> assertThat(incomplete.reason()).contains("model.safetensors is missing"));
    }

    @Test
    void aRunIsInspected() throws IOException {
        var run = RunFolder.at("s3a://bucket/runs/2", server.hadoop());
        run.writeConfiguration("casdm {}");
        run.writeSample(10, new byte[] {1});
        var metrics = run.metrics(1, Duration.ZERO);
        metrics.append(10, Map.of("loss", 0.5));
        metrics.append(20, Map.of("loss", 0.25));
        run.checkpoints().write(checkpoint(20));

        assertThat(run.readConfiguration())
                .hasValueSatisfying(text -> assertThat(text).startsWith("casdm {}"));
        assertThat(metrics.readAll()).extracting(MetricsLine::step).containsExactly(10L, 20L);
        var summary = (RunSummary) new Inspection(server.hadoop(), 1).inspect("s3a://bucket/runs/2/");
        assertThat(summary.checkpoints()).containsExactly(20L);
        assertThat(summary.metrics())
                .singleElement()
                .satisfies(line -> assertThat(line.get("loss").asDouble()).isEqualTo(0.25));
        var tensor = summary.newest().orElseThrow().files().get(0).tensors().get(0);
        assertThat(tensor.name()).isEqualTo("theta.weight");
        assertThat(tensor.shape()).containsExactly(2L, 3L);
        assertThat(tensor.norm()).isEqualTo(5.0);
    }

    @Test
    void imagesAreDrawnAndFound() throws IOException {
        var place = new org.apache.hadoop.fs.Path("s3a://bucket/pictures");
        new DrawnImages(1, 16).write(place.getFileSystem(server.hadoop()), place, 6);
        var found = new ImageSources(server.hadoop(), SourceLimits.DEFAULT).find(place.toString(), SourceFormat.AUTO);
        assertThat(found.summary()).contains("6 picture files", "3 classes");
    }

    @Test
    void newFilesAreThereAsAWholeOrNotAtAll() throws IOException {
        var path = new org.apache.hadoop.fs.Path("s3a://bucket/weights/new.bin");
        var files = path.getFileSystem(server.hadoop());
        var content = new byte[100_000];
        assertThat(catchThrowable(() -> AtomicFile.create(files, path, stream -> {
                    stream.write(content);
                    throw new IOException("torn");
                })))
                .hasMessage("torn");
        assertThat(files.exists(path.getParent())).isFalse();

        AtomicFile.create(files, path, stream -> {
            stream.write(content);
            return null;
        });
        assertThat(files.listStatus(path.getParent()))
                .singleElement()
                .satisfies(status -> assertThat(status.getLen()).isEqualTo(content.length));
        assertThat(catchThrowable(() -> AtomicFile.create(files, path, stream -> null)))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void missingBucket_isReported() {
        assertThat(message(server.hadoop(), "s3a://nowhere/runs/1"))
                .startsWith("There is no such bucket")
                .contains("nowhere");
        assertThat(catchThrowable(() -> new ImageSources(server.hadoop(), SourceLimits.DEFAULT)
                        .find("s3a://nowhere/x", SourceFormat.AUTO)))
                .hasMessageContaining("there is no bucket \"nowhere\"");
    }

    @Test
    void wrongCredentials_areReported() {
        assertThat(message(server.hadoop("nobody", "nothing"), "s3a://bucket/runs/1"))
                .contains("AWS_ACCESS_KEY_ID")
                .contains("bucket")
                .containsAnyOf("Access is denied", "does not accept the credentials");
        var hadoop = server.hadoop();
        hadoop.set("fs.s3a.secret.key", "wrong");
        assertThat(message(hadoop, "s3a://bucket/runs/1")).contains("AWS_SECRET_ACCESS_KEY");
    }

    @Test
    void missingCredentials_areReported() {
        var hadoop = server.hadoop();
        hadoop.set("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        hadoop.unset("fs.s3a.access.key");
        hadoop.unset("fs.s3a.secret.key");
        assertThat(message(hadoop, "s3a://bucket/runs/1")).startsWith("There are no credentials");
    }

    @Test
    void silentServer_isReported() {
        var hadoop = server.hadoop();
        // Nothing listens on the discard port.
        hadoop.set("fs.s3a.endpoint", "http://127.0.0.1:9");
        assertThat(message(hadoop, "s3a://bucket/runs/1"))
                .contains("cannot be reached")
                .contains("endpoint");
    }

    private static String message(Configuration hadoop, String place) {
        var failure =
                catchThrowable(() -> RunFolder.at(place, hadoop).checkpoints().write(checkpoint(1)));
        assertThat(failure).isNotNull();
        var message = FailureMessages.of(failure);
        assertThat(message.known()).as(message.text()).isTrue();
        return message.text();
    }

    private static Checkpoint checkpoint(long step) {
        var state = new TrainingState(
                step,
                16 * step,
                0,
                new TreeMap<>(),
                "cas-dm",
                "f00d",
                2,
                8,
                List.of(0.5),
                Instant.parse("2026-01-02T03:04:05Z"),
                "test",
                new TreeMap<>());
        return new Checkpoint(
                state,
                List.of(new CheckpointFile(
                        CheckpointFiles.MODEL,
                        Map.of(),
                        List.of(TensorSource.of(TensorInfo.float32("theta.weight", 2, 3), WEIGHT)))));
    }
}
