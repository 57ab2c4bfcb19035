package org.casdm.job.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.TrainingState;
import org.casdm.job.JobFailure;
import org.casdm.job.testing.S3Server;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-05-06T07:08:09.123Z");

    @TempDir
    private Path folder;

    private final Configuration hadoop = new Configuration();

    @Test
    void thePointerMovesToWhatIsNoWorse() throws IOException {
        var first = run("1", 10, evaluation(10, 50.0, "pool", 1000));
        assertThat(promote(first, 0))
                .isEqualTo(new Promotion.Result(true, "FID 50.0000; nothing was promoted before", 10));
        var pointer = pointer();
        assertThat(pointer.get("checkpoint").asText()).isEqualTo("file:" + folder + "/1/checkpoints/000000010");
        assertThat(pointer.get("run").asText()).isEqualTo("file:" + folder + "/1");
        assertThat(pointer.get("step").asLong()).isEqualTo(10);
        assertThat(pointer.get("fid").asDouble()).isEqualTo(50);
        assertThat(pointer.get("promoted").asText()).isEqualTo("2026-05-06T07:08:09Z");
        assertThat(pointer.at("/evaluation/images").asLong()).isEqualTo(1000);
        assertThat(pointer.at("/evaluation/weights").asText()).isEqualTo("abc");
        assertThat(pointer.get("previous").isNull()).isTrue();

        assertThat(promote(run("2", 10, evaluation(10, 50.0, "pool", 1000)), 0).promoted())
                .isTrue();
        assertThat(promote(run("3", 10, evaluation(10, 40.5, "pool", 1000)), 0).promoted())
                .isTrue();
        assertThat(pointer().get("checkpoint").asText()).isEqualTo("file:" + folder + "/3/checkpoints/000000010");
        assertThat(pointer().at("/previous/checkpoint").asText())
                .isEqualTo("file:" + folder + "/2/checkpoints/000000010");
        assertThat(pointer().at("/previous/fid").asDouble()).isEqualTo(50);
    }

    @Test
    void thePointerStaysWhenTheDistanceIsWorse() throws IOException {
        promote(run("good", 10, evaluation(10, 40, "pool", 1000)), 0);
        var before = pointer();
        var worse = run("worse", 10, evaluation(10, 40.75, "pool", 1000));
        assertThat(promote(worse, 0.5))
                .isEqualTo(new Promotion.Result(
                        false,
                        "FID 40.7500 is worse than the 40.0000 "
                                + "of the promoted checkpoint (step 10 of file:" + folder
                                + "/good, promoted 2026-05-06T07:08:09Z) by "
                                + "0.7500; the tolerance is 0.5000",
                        10));
        assertThat(pointer()).isEqualTo(before);
        assertThat(promote(worse, 0.75).promoted()).isTrue();
        assertThat(pointer().get("fid").asDouble()).isEqualTo(40.75);
    }

    @Test
    void theLimitHoldsForTheFirstToo() throws IOException {
        var run = run("bad", 10, evaluation(10, 40, "pool", 1000));
        var result = new Promotion(new Gate(100, OptionalDouble.of(39)), hadoop)
                .promote(
                        run,
                        OptionalLong.empty(),
                        folder.resolve("promoted.json").toString());
        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).isEqualTo("FID 40.0000 is above the limit of 39.0000 (--max-fid)");
        assertThat(folder.resolve("promoted.json")).doesNotExist();
    }

    @Test
    void promotingAgainChangesNothing() throws IOException {
        var run = run("1", 10, evaluation(10, 50, "pool", 1000));
        promote(run, 0);
        var before = Files.readString(folder.resolve("promoted.json"));
        assertThat(promote(run, 0))
                .isEqualTo(new Promotion.Result(true, "it has been promoted since 2026-05-06T07:08:09Z", 10));
        assertThat(folder.resolve("promoted.json")).hasContent(before);
        assertThat(folder)
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("."));
    }

    @Test
    void theDistanceThatWasMeasuredLastCounts() throws IOException {
        var run = run("1", 10, evaluation(10, 50, "pool", 1000));
        add(run, evaluation(10, 45, "pool", 1000).replace("T01:00:00Z", "T02:00:00Z"), "later");
        add(run, evaluation(5, 1, "pool", 1000), "earlier-step");
        promote(run, 0);
        assertThat(pointer().get("fid").asDouble()).isEqualTo(45);
        assertThat(pointer().at("/evaluation/file").asText()).endsWith("evaluation-later.jsonl");
    }

    @Test
    void distancesOfOtherConditionsDoNotCompare() throws IOException {
        promote(run("1", 10, evaluation(10, 50, "pool", 1000)), 0);
        var before = pointer();
        var other = run("2", 10, evaluation(10, 1, "tail", 500));
        assertThatThrownBy(() -> promote(other, 0))
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll(
                        "features (tail, v, not pool, v)",
                        "number of samples (500, not 1000)",
                        "step 10 of file:" + folder + "/1")
                .hasMessageNotContaining("reference (");
        assertThat(pointer()).isEqualTo(before);
    }

    @Test
    void refusesWhatHasNoDistanceOrNoCheckpoint() throws IOException {
        var run = run("1", 10, "{\"step\": 10, \"metrics\": {\"is\": 2.5}}");
        assertThatThrownBy(() -> promote(run, 0))
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll("no FID of any step", "casdm evaluate --run");
        add(run, evaluation(20, 30, "pool", 10), "20");
        assertThatThrownBy(() -> promote(run, 0))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("Step 20 was evaluated, but it cannot be promoted");
        add(run, evaluation(30, 30, "pool", 10).replace("30.0", "\"NaN\""), "30");
        assertThatThrownBy(() -> promote(run, 0))
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll("evaluation-30.jsonl", "\"NaN\"");
        assertThatThrownBy(() -> new Gate(-1, OptionalDouble.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--tolerance");
        assertThatThrownBy(() -> new Gate(0, OptionalDouble.of(Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--max-fid");
    }

    @Test
    void refusesAForeignPointer() throws IOException {
        var run = run("1", 10, evaluation(10, 50, "pool", 1000));
        for (var text : List.of("", "{}", "[1]", "{\"checkpoint\": \"x\"}")) {
            Files.writeString(folder.resolve("promoted.json"), text);
            assertThatThrownBy(() -> promote(run, 0))
                    .as(text)
                    .isInstanceOf(JobFailure.class)
                    .hasMessageContainingAll("promoted.json", "--to");
            assertThat(folder.resolve("promoted.json")).hasContent(text);
        }
    }

    @Test
    void worksOnS3() throws IOException {
        try (var server = new S3Server(folder)) {
            server.createBucket("bucket");
            for (var name : List.of("1", "2")) {
                var run = RunFolder.at("s3a://bucket/runs/" + name, server.hadoop());
                run.checkpoints().write(checkpoint(10));
                var file = new org.apache.hadoop.fs.Path(run.root(), "metrics/evaluation-000000010-a.jsonl");
                try (var stream = run.fileSystem().create(file)) {
                    stream.write(evaluation(10, 50 - Integer.parseInt(name), "pool", 1000)
                            .getBytes(StandardCharsets.UTF_8));
                }
                new Promotion(new Gate(0, OptionalDouble.empty()), server.hadoop())
                        .promote("s3a://bucket/runs/" + name, OptionalLong.of(10), "s3a://bucket/promoted.json");
            }
            var path = new org.apache.hadoop.fs.Path("s3a://bucket/promoted.json");
            var promoted = PromotedModel.read(path.getFileSystem(server.hadoop()), path)
                    .orElseThrow();
            assertThat(promoted.checkpoint()).isEqualTo("s3a://bucket/runs/2/checkpoints/000000010");
            assertThat(promoted.fid()).isEqualTo(48);
            assertThat(promoted.previous().fid()).isEqualTo(49);
        }
    }

    private Promotion.Result promote(String run, double tolerance) throws IOException {
        return new Promotion(new Gate(tolerance, OptionalDouble.empty()), hadoop, () -> NOW)
                .promote(
                        run,
                        OptionalLong.empty(),
                        folder.resolve("promoted.json").toString());
    }

    private JsonNode pointer() throws IOException {
        return JSON.readTree(Files.readString(folder.resolve("promoted.json")));
    }

    private String run(String name, long step, String evaluation) throws IOException {
        var run = folder.resolve(name).toString();
        RunFolder.at(run, hadoop).checkpoints().write(checkpoint(step));
        add(run, evaluation, String.format(Locale.ROOT, "%09d-a", step));
        return run;
    }

    private static void add(String run, String evaluation, String name) throws IOException {
        Files.createDirectories(Path.of(run, "metrics"));
        Files.writeString(Path.of(run, "metrics", "evaluation-" + name + ".jsonl"), evaluation + "\n");
    }

    private static Checkpoint checkpoint(long step) {
        var state = new TrainingState(
                step,
                step,
                0,
                new TreeMap<>(),
                "cas-dm",
                "any",
                1,
                1,
                List.of(0.9),
                Instant.EPOCH,
                "test",
                new TreeMap<>());
        return new Checkpoint(
                state,
                List.of(new CheckpointFile(
                        CheckpointFiles.MODEL,
                        Map.of(),
                        List.of(TensorSource.of(TensorInfo.float32("theta.weight", 1), new float[] {1})))));
    }

    private static String evaluation(long step, double fid, String features, int images) {
        return String.format(Locale.ROOT, """
                {"step": %d, "time": "2026-05-01T01:00:00Z", "metrics": {"fid": %s}, "labels": {"fid": "FID"}, \
                "samples": {"location": "s", "images": %d}, "reference": {"location": "r", "images": 7}, \
                "features": {"name": "%s", "variant": "v", "weights": "w", "sha256": "abc"}, "comparable": true}\
                """, step, fid, images, features);
    }
}
