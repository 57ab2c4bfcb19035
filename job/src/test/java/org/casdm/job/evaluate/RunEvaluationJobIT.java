package org.casdm.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.job.JobFailure;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.sample.SampleExamples;
import org.casdm.job.sample.SampleRequest;
import org.casdm.job.sample.SampleRequest.GuidanceRequest;
import org.casdm.job.testing.LocalCluster;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The curve of a run with checkpoints of steps 10 and 20. */
class RunEvaluationJobIT {

    @TempDir
    private static Path folder;

    private static JavaSparkContext spark;
    private static String reference;

    @BeforeAll
    static void start() throws IOException {
        spark = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"));
        reference = TestImages.npz(folder.resolve("reference.npz"), 60, 16, 2);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static String run(String name) throws IOException {
        var config = SampleExamples.config();
        var run = folder.resolve(name).toString();
        SampleExamples.writeRun(run, config, SampleExamples.weights(ConfiguredModel.of(config)), new Configuration());
        return run;
    }

    private static EvaluationSettings settings() {
        return new EvaluationSettings(
                Optional.of(reference),
                new ToyFeatures(),
                Set.of(),
                OptionalInt.empty(),
                100,
                3,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                EngineRequests.ND4J);
    }

    private static RunEvaluationJob job(String run, String steps, boolean keep) {
        return RunEvaluationJob.drawing(
                settings(),
                new RunSampling(
                        run,
                        24,
                        8,
                        Optional.empty(),
                        Optional.of("2"),
                        SampleRequest.Method.DDIM,
                        Optional.empty(),
                        Optional.empty(),
                        GuidanceRequest.NONE,
                        5,
                        keep),
                StepChoice.parse(steps));
    }

    private static List<JsonNode> curve(String run) throws IOException {
        var lines = new ArrayList<JsonNode>();
        try (var files = Files.newDirectoryStream(Path.of(run, "metrics"), "evaluation-*.jsonl")) {
            for (var file : files) {
                lines.add(new ObjectMapper().readTree(Files.readString(file)));
            }
        }
        lines.sort((one, other) ->
                Long.compare(one.get("step").asLong(), other.get("step").asLong()));
        return lines;
    }

    @Test
    void eachCheckpointIsJudgedOnceAndTheCurveIsInTheRunFolder() throws IOException {
        var run = run("drawn");
        assertThat(job(run, "10", false).run(spark).judged()).hasSize(1);
        var both = job(run, "all", true).run(spark);
        var rest = both.judged();
        assertThat(rest).hasSize(1);
        assertThat(rest.get(0).step()).hasValue(20);
        assertThat(rest.get(0).sampleCount()).isEqualTo(24);
        assertThat(job(run, "all", true).run(spark).judged()).isEmpty();

        var curve = curve(run);
        // Whoever asks has the numbers of all steps, whenever they were judged.
        assertThat(both.stored()).isEqualTo(curve);
        assertThat(job(run, "all", true).run(spark).stored()).isEqualTo(curve);
        assertThat(curve).extracting(line -> line.get("step").asLong()).containsExactly(10L, 20L);
        assertThat(curve.get(1).at("/metrics/fid").asDouble())
                .isEqualTo(rest.get(0).values().get(Metric.FID).value());
        assertThat(curve.get(0).at("/metrics/fid").asDouble())
                .isNotEqualTo(curve.get(1).at("/metrics/fid").asDouble());
        assertThat(curve.get(0).get("curve")).isEqualTo(curve.get(1).get("curve"));
        assertThat(curve.get(0).at("/conditions/samples.count").asText()).isEqualTo("24");
        // Only the samples that were to be kept are there.
        assertThat(Path.of(run, "evaluation", "samples-000000010")).doesNotExist();
        assertThat(Path.of(run, "evaluation", "samples-000000020", "dataset.json"))
                .exists();
    }

    @Test
    void samplesThatHaveBeenDrawnMakeACurveToo() throws IOException {
        var run = run("given");
        var first = TestImages.npz(folder.resolve("first.npz"), 40, 16, 1);
        var sets = List.of(LabelledSamples.parse("100=" + first), LabelledSamples.parse("200=" + reference));
        assertThat(RunEvaluationJob.of(settings(), run, sets).run(spark).judged())
                .hasSize(2);
        assertThat(RunEvaluationJob.of(settings(), run, sets).run(spark).judged())
                .isEmpty();
        assertThat(curve(run).get(1).at("/metrics/fid").asDouble()).isLessThan(1e-9);
        assertThatThrownBy(() -> RunEvaluationJob.of(settings(), run, List.of(LabelledSamples.parse(first))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--samples STEP=" + first);
    }

    @Test
    void stepsAreChosenByName() throws IOException {
        var run = run("choice");
        assertThatThrownBy(() -> job(run, "10,30", false).run(spark))
                .isInstanceOf(JobFailure.class)
                .hasMessageContainingAll(run, "step 30", "it has 10, 20");
        assertThat(StepChoice.parse("every:20").of(List.of(10L, 20L, 40L), "x")).containsExactly(20L, 40L);
        assertThat(StepChoice.parse("20,10,20").of(List.of(10L, 20L, 40L), "x")).containsExactly(10L, 20L);
        assertThatThrownBy(() -> StepChoice.parse("every:30").of(List.of(10L), "x"))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("multiple of 30");
        assertThatThrownBy(() -> StepChoice.parse("some"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"some\"");
    }
}
