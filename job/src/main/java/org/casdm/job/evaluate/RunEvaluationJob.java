package org.casdm.job.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StepName;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.job.evaluate.result.Evaluation;
import org.casdm.job.evaluate.result.EvaluationCurve;
import org.casdm.job.evaluate.result.EvaluationJson;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.sample.SampleJob;
import org.casdm.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges checkpoints of a run: draws samples from each, or takes those that have been drawn, and stores the numbers in
 * the run folder. What is stored already is not done again.
 */
public final class RunEvaluationJob {

    private static final Logger LOG = LoggerFactory.getLogger(RunEvaluationJob.class);

    private final EvaluationSettings settings;
    private final String run;
    private final Optional<RunSampling> sampling;
    private final StepChoice choice;
    private final List<LabelledSamples> samples;

    private RunEvaluationJob(
            EvaluationSettings settings,
            String run,
            Optional<RunSampling> sampling,
            StepChoice choice,
            List<LabelledSamples> samples) {
        this.settings = settings;
        this.run = run;
        this.sampling = sampling;
        this.choice = choice;
        this.samples = samples;
    }

    /**
     * What the curve has now.
     *
     * @param judged   the numbers of the checkpoints that were judged now
     * @param stored   of all checkpoints that were asked for, judged now or before, as {@link EvaluationJson} has them
     */
    public record Outcome(List<Evaluation> judged, List<ObjectNode> stored) {
        public Outcome {
            judged = List.copyOf(judged);
            stored = List.copyOf(stored);
        }
    }

    /** Draws the samples. */
    public static RunEvaluationJob drawing(EvaluationSettings settings, RunSampling sampling, StepChoice choice) {
        return new RunEvaluationJob(settings, sampling.run(), Optional.of(sampling), choice, List.of());
    }

    /**
     * Takes samples that have been drawn.
     *
     * @throws IllegalArgumentException if a set does not say which step it is of
     */
    public static RunEvaluationJob of(EvaluationSettings settings, String run, List<LabelledSamples> samples) {
        samples.stream().filter(set -> set.step().isEmpty()).findFirst().ifPresent(set -> {
            throw new IllegalArgumentException(
                    "with --run, give the step of the samples: --samples STEP=" + set.location());
        });
        return new RunEvaluationJob(settings, run, Optional.empty(), StepChoice.parse("all"), List.copyOf(samples));
    }

    /**
     * Judges what has not been judged yet.
     *
     * @throws IOException if something cannot be read or written; what was finished is kept
     */
    public Outcome run(JavaSparkContext spark) throws IOException {
        var folder = RunFolder.at(run, spark.hadoopConfiguration());
        var evaluations = new ArrayList<Evaluation>();
        var stored = new ArrayList<ObjectNode>();
        try (var evaluator = new Evaluator(spark, settings, Optional.of(run))) {
            for (var set : sampling.isPresent() ? toDraw(folder) : samples) {
                long step = set.step().orElseThrow();
                var curve = new EvaluationCurve(folder, conditions(evaluator, set));
                if (curve.has(step)) {
                    LOG.info("step {}: already evaluated, in {}", step, curve.path(step));
                    stored.add(curve.read(step));
                    continue;
                }
                if (sampling.isPresent()) {
                    new SampleJob(
                                    sampling.get().request(step, set.location()),
                                    settings.engine(),
                                    spark.hadoopConfiguration())
                            .run(spark);
                }
                var evaluation =
                        evaluator.evaluate(set, evaluator.find(List.of(set)).get(0));
                curve.write(step, evaluation, spark.version());
                stored.add(curve.read(step));
                evaluations.add(evaluation);
                LOG.info("step {}: {}", step, text(evaluation));
                if (sampling.isPresent() && !sampling.get().keep()) {
                    folder.fileSystem().delete(Storage.path(set.location()), true);
                }
            }
        }
        return new Outcome(evaluations, stored);
    }

    private List<LabelledSamples> toDraw(RunFolder folder) throws IOException {
        var complete = folder.checkpoints().list().complete().stream()
                .map(StoredCheckpoint::step)
                .sorted()
                .toList();
        return choice.of(complete, run).stream()
                .map(step -> new LabelledSamples(
                        new Path(folder.root(), "evaluation/samples-" + StepName.of(step)).toString(),
                        OptionalLong.of(step)))
                .toList();
    }

    private SortedMap<String, String> conditions(Evaluator evaluator, LabelledSamples set) {
        var conditions = new TreeMap<String, String>();
        var info = evaluator.info();
        conditions.put("features", info.name() + ", " + info.variant());
        conditions.put("weights", info.sha256().orElse(info.weights()));
        conditions.put("reference", settings.reference().orElse("none"));
        conditions.put(
                "metrics",
                evaluator.computed().stream().sorted().map(Metric::key).collect(Collectors.joining(",")));
        if (evaluator.computed().stream().anyMatch(Metric.OF_SINGLE_IMAGES::contains)) {
            conditions.put("single-images", settings.maximumImages() + " by seed " + settings.seed());
        }
        sampling.ifPresentOrElse(
                drawn -> drawn.describe().forEach((name, word) -> conditions.put("samples." + name, word)),
                () -> conditions.put("samples", set.location()));
        return conditions;
    }

    private static String text(Evaluation evaluation) {
        return evaluation.values().entrySet().stream()
                .map(entry -> evaluation.features().label(entry.getKey().title()) + " "
                        + String.format(Locale.ROOT, "%.4f", entry.getValue().value()))
                .collect(Collectors.joining(", "));
    }
}
