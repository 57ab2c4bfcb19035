package org.casdm.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.job.evaluate.result.Evaluation;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.testing.LocalCluster;
import org.casdm.metric.classifier.ClassifierSpec;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The features of a real network by either engine. */
class EvaluateOnEnginesIT {

    @TempDir
    private Path folder;

    @Test
    void metrics_doNotDependOnTheEngine() throws IOException {
        var classifier = ClassifierExamples.write(folder.resolve("classifier.safetensors"));
        var samples = TestImages.npz(folder.resolve("samples.npz"), 700, ClassifierExamples.SIZE, 1);
        var reference = TestImages.npz(folder.resolve("reference.npz"), 900, ClassifierExamples.SIZE, 2);
        try (var spark = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"))) {
            var evaluations = EngineRequests.engines().stream()
                    .map(engine -> evaluate(spark, classifier, samples, reference, engine))
                    .toList();
            var expected = evaluations.get(0).values();
            assertThat(expected.get(Metric.FID).value()).isPositive();
            evaluations.get(1).values().forEach((metric, value) -> {
                double reached = expected.get(metric).value();
                assertThat(value.value())
                        .as("%s", metric)
                        .isCloseTo(reached, within(1e-3 * Math.max(Math.abs(reached), 1e-3)));
            });
        }
    }

    private Evaluation evaluate(
            JavaSparkContext spark, ClassifierSpec classifier, String samples, String reference, EngineChoice engine) {
        var settings = new EvaluationSettings(
                Optional.of(reference),
                classifier,
                EnumSet.of(Metric.FID, Metric.KID, Metric.IS),
                OptionalInt.empty(),
                700,
                5,
                Optional.empty(),
                Optional.empty(),
                Optional.of(folder.resolve("cache").toString()),
                EngineRequests.of(engine));
        try {
            return new EvaluateJob(settings, List.of(LabelledSamples.parse(samples)))
                    .run(spark)
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
