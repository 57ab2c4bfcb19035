package org.casdm.job.cli;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.job.cli.spark.SparkOptions;
import org.casdm.job.cli.spark.SparkProgram;
import org.casdm.job.evaluate.EvaluateJob;
import org.casdm.job.evaluate.EvaluationSettings;
import org.casdm.job.evaluate.LabelledSamples;
import org.casdm.job.evaluate.Likelihood;
import org.casdm.job.evaluate.LikelihoodJob;
import org.casdm.job.evaluate.RunEvaluationJob;
import org.casdm.job.evaluate.RunEvaluationJob.Outcome;
import org.casdm.job.evaluate.StepChoice;
import org.casdm.job.evaluate.result.Evaluation;
import org.casdm.job.evaluate.result.EvaluationJson;
import org.casdm.job.evaluate.result.EvaluationTable;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.metric.classifier.ClassifierSpec;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.inception.InceptionResize;
import org.casdm.metric.inception.InceptionSpec;
import org.casdm.weights.WeightSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm evaluate}. */
@Command(
        name = "evaluate",
        description = "Computes image-quality metrics: FID, sFID, Inception Score, KID, precision and recall, as "
                + "guided-diffusion's evaluator defines them. A set is a data folder, a folder of samples, an .npz "
                + "batch (arr_0), or pictures in any form that prepare reads; the reference may be stored statistics "
                + "(.npz with mu, sigma, mu_s, sigma_s). The numbers do not depend on the number of executors.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm evaluate --samples s3a://bucket/samples --reference s3a://bucket/imagenet-64 \\",
            "      --weights s3a://bucket/weights/pt_inception-2015-12-05-6726825d.pth --out result.json",
            "  casdm evaluate --samples samples_50000x64x64x3.npz --reference VIRTUAL_imagenet64.npz --weights ...",
            "  casdm evaluate --samples s3a://bucket/imagenet-64 --save-statistics imagenet64.npz --weights ...",
            "  casdm evaluate --run s3a://bucket/runs/1 --steps every:10000 --count 10000 --reference ... \\",
            "      --weights ...",
            "  casdm evaluate --samples 10000=s3a://b/a --samples 20000=s3a://b/b --reference ... --weights ...",
            "  casdm evaluate --metrics nll --run s3a://bucket/runs/1 \\",
            "      --reference s3a://bucket/test-images --count 1000"
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final String LIKELIHOOD = "nll";

    @Spec
    private CommandSpec spec;

    @Mixin
    private SparkOptions spark;

    @Mixin
    private EngineOptions engine;

    @Option(
            names = "--samples",
            paramLabel = "[STEP=]URI",
            description = "Images to evaluate, optionally with the training step that they were drawn at. Repeatable.")
    private List<String> samples = List.of();

    @Option(
            names = "--run",
            paramLabel = "URI",
            description = "A run's folder: its checkpoints are evaluated, and the numbers stored in its"
                    + " metrics/evaluation-*.jsonl; existing results are not recomputed. Samples are drawn as \"casdm"
                    + " sample\" does, unless --samples STEP=URI names some.")
    private String run;

    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            defaultValue = "all",
            description = "With --run, which checkpoints: "
                    + "all, every:10000, or steps such as 1000,2000 (default: ${DEFAULT-VALUE}).")
    private String steps;

    @Mixin
    private DrawingOptions drawing;

    @Option(
            names = "--reference",
            paramLabel = "URI",
            description = "What to compare with: images, or stored statistics.")
    private String reference;

    @Option(
            names = "--weights",
            paramLabel = "URI",
            description = "Weights of the feature network: for inception, pytorch-fid's file (\"casdm weights get"
                    + " inception\" fetches it). \"random\" tries things out: the numbers are then meaningless, and marked"
                    + " so.")
    private String weights;

    @Option(
            names = "--classifier",
            paramLabel = "URI",
            description = "In place of --weights, for grey or tiny images: "
                    + "a file that train-classifier made. Metrics are called FID (classifier) and so on, and are "
                    + "comparable only with those of the same file.")
    private String classifier;

    @Option(
            names = "--weights-sha256",
            paramLabel = "HEX",
            description = "Expected SHA-256 of the weights or of the classifier's file.")
    private String sha256;

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Any of fid, sfid, is, kid, precision, recall, with commas between them (default: fid,sfid,is, as"
                            + " far as the features allow); or nll, the bits per dimension of --reference's images by the"
                            + " checkpoints of --run.")
    private List<String> metrics = List.of();

    @Option(
            names = "--resize",
            paramLabel = "WAY",
            defaultValue = "tf",
            description = "How images are resized to 299 pixels: tf, as TensorFlow 1 and the papers' evaluators do, or"
                    + " pytorch-fid (default: ${DEFAULT-VALUE}).")
    private String resize;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Size that pictures are scaled and cropped to "
                    + "(default: that of the other set, or else their own).")
    private Integer size;

    @Option(
            names = "--save-statistics",
            paramLabel = "URI",
            description = "Store mean and covariance of the reference "
                    + "set, or of the samples where there is none, as .npz for use as --reference.")
    private String statistics;

    @Option(
            names = "--save-features",
            paramLabel = "URI",
            description = "Folder for the features of all images, as .npz files.")
    private String features;

    @Option(
            names = "--cache",
            paramLabel = "URI",
            description = "Folder for pictures, which are prepared once and found again (default: casdm-cache beside "
                    + "the run; without --run the user's folder for caches on one machine, else beside the pictures).")
    private String cache;

    @Option(
            names = "--out",
            paramLabel = "URI",
            description = "File for all numbers as JSON; with --run, also of the "
                    + "checkpoints that were evaluated before.")
    private String out;

    @Option(
            names = "--max-manifold",
            paramLabel = "N",
            defaultValue = "50000",
            description =
                    "Images of each set that kid, precision and recall use at most; of larger sets a random choice"
                            + " is used. The driver needs about 8 KiB of heap for each (default: ${DEFAULT-VALUE}).")
    private int maximumImages;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description =
                    "Seed of the samples drawn with --run, and of the images chosen by --max-manifold (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws Exception {
        if (metrics.contains(LIKELIHOOD)) {
            var likelihood = likelihood();
            return SparkProgram.run(
                    spark.conf("casdm evaluate"), spec.commandLine().getErr(), context -> {
                        var found = likelihood.run(context);
                        Likelihood.print(found, spec.commandLine().getOut());
                        if (out != null) {
                            var objects = found.stream()
                                    .map(each -> each.json(context.version()))
                                    .toList();
                            EvaluationJson.write(objects, out, context.hadoopConfiguration());
                        }
                    });
        }
        var job = job();
        return SparkProgram.run(
                spark.conf("casdm evaluate"), spec.commandLine().getErr(), context -> tell(job.run(context), context));
    }

    @FunctionalInterface
    private interface Job {
        Outcome run(JavaSparkContext spark) throws IOException;
    }

    private Job job() {
        try {
            var sets = samples.stream().map(LabelledSamples::parse).toList();
            if (run == null) {
                var evaluation = new EvaluateJob(settings(), sets);
                return context -> outcome(evaluation.run(context), context.version());
            }
            if (!sets.isEmpty()) {
                return RunEvaluationJob.of(settings(), run, sets)::run;
            }
            return RunEvaluationJob.drawing(settings(), drawing.of(run, seed), StepChoice.parse(steps))::run;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private LikelihoodJob likelihood() {
        if (metrics.size() > 1) {
            throw new ParameterException(spec.commandLine(), "--metrics=nll is computed alone: leave the others out");
        }
        if (run == null || reference == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--metrics=nll needs --run, whose checkpoints are evaluated, and --reference, the images");
        }
        try {
            return new LikelihoodJob(
                    drawing.likelihood(
                            run,
                            reference,
                            seed,
                            Optional.ofNullable(cache),
                            engine.request(spec, PrecisionChoice.FLOAT32)),
                    StepChoice.parse(steps));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static Outcome outcome(List<Evaluation> evaluations, String sparkVersion) {
        return new Outcome(
                evaluations,
                evaluations.stream()
                        .map(evaluation -> EvaluationJson.object(evaluation, sparkVersion))
                        .toList());
    }

    private void tell(Outcome outcome, JavaSparkContext context) throws IOException {
        if (outcome.judged().isEmpty()) {
            spec.commandLine().getOut().println("Nothing to do: all results are in " + run + "/metrics.");
        } else {
            EvaluationTable.print(outcome.judged(), spec.commandLine().getOut());
        }
        if (out != null) {
            EvaluationJson.write(outcome.stored(), out, context.hadoopConfiguration());
        }
    }

    private EvaluationSettings settings() {
        Set<Metric> wanted = new LinkedHashSet<>();
        metrics.forEach(name -> wanted.add(Metric.of(name.strip())));
        return new EvaluationSettings(
                Optional.ofNullable(reference),
                extractor(),
                wanted,
                size == null ? OptionalInt.empty() : OptionalInt.of(size),
                maximumImages,
                seed,
                Optional.ofNullable(statistics),
                Optional.ofNullable(features),
                Optional.ofNullable(cache),
                engine.request(spec, PrecisionChoice.FLOAT32));
    }

    private FeatureExtractorSpec extractor() {
        if (classifier != null && weights != null) {
            throw new IllegalArgumentException("--weights and --classifier are one or the other");
        }
        if (classifier != null) {
            return new ClassifierSpec(new WeightSource(Optional.of(classifier), Optional.ofNullable(sha256)));
        }
        if (weights == null) {
            throw new IllegalArgumentException("--weights is missing: " + InceptionSpec.WEIGHTS_NEEDED);
        }
        return new InceptionSpec(WeightSource.parse(weights, Optional.ofNullable(sha256)), resize());
    }

    private InceptionResize resize() {
        return switch (resize) {
            case "tf", "tensorflow-1" -> InceptionResize.TENSORFLOW_1;
            case "pytorch-fid" -> InceptionResize.PYTORCH_FID;
            default -> throw new IllegalArgumentException("--resize is tf or pytorch-fid, not " + resize);
        };
    }
}
