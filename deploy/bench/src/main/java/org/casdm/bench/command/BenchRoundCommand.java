package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.commons.io.FileUtils;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.bench.RoundBenchmark;
import org.casdm.bench.StepSettings;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.job.cli.EngineOptions;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.SparkOptions;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm bench round}. */
@Command(
        name = "round",
        description = "Times rounds of training across executors: what is published, the steps, the averages, the EMA, "
                + "a checkpoint; and what moving as many bytes over loopback takes in the same run.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench round --channels 128 --batch 8 --master 'local-cluster[2,1,4096]'")
final class BenchRoundCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SparkOptions spark;

    @Mixin
    private StepOptions step;

    @Mixin
    private EngineOptions engine;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Workers; the master should have a task slot for each (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "1",
            description = "Steps of each worker in a round (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds that are timed, after four that are not (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--keep-moments", description = "As train.averaging.moments = keep.")
    private boolean keepMoments;

    @Option(names = "--float16", description = "As train.averaging.precision = float16.")
    private boolean float16;

    @Option(names = "--nesterov", description = "As train.averaging.outer = nesterov.")
    private boolean nesterov;

    @Option(
            names = "--workers-per-host",
            paramLabel = "N",
            defaultValue = "1",
            description = "As train.averaging.workers-per-host (default: ${DEFAULT-VALUE}).")
    private int workersPerHost;

    @Option(
            names = "--out",
            paramLabel = "URI",
            description = "An empty folder for the checkpoint, which stays there "
                    + "(default: a temporary one, which does not).")
    private String out;

    @Override
    public Integer call() throws Exception {
        var settings = step.settings(spec, steps, StepSettings.Metric.NONE);
        if (out != null) {
            return run(settings, out);
        }
        var temporary = Files.createTempDirectory("casdm-bench-round");
        try {
            return run(settings, temporary.toUri().toString());
        } finally {
            FileUtils.deleteDirectory(temporary.toFile());
        }
    }

    private int run(StepSettings settings, String folder) throws Exception {
        var benchmark = benchmark(settings, folder);
        var conf = withThisJar(RoundTrainingMaster.configure(spark.conf("casdm bench round")));
        try (var context = new JavaSparkContext(conf)) {
            var report = benchmark.run(context);
            spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        }
        return ExitCode.DONE;
    }

    /** Executors need this jar beside that of the jobs. */
    private static SparkConf withThisJar(SparkConf conf) {
        var jars = new LinkedHashSet<>(List.of(conf.get("spark.jars", "").split(",")));
        jars.addAll(List.of(JavaSparkContext.jarOfClass(BenchRoundCommand.class)));
        jars.remove("");
        return conf.setJars(jars.toArray(String[]::new));
    }

    private RoundBenchmark benchmark(StepSettings settings, String folder) {
        try {
            return new RoundBenchmark(
                    settings,
                    engine.request(spec, PrecisionChoice.AUTO),
                    workers,
                    steps,
                    rounds,
                    new Averaging(
                            0,
                            nesterov ? new OuterOptimizer(0.7, 0.9) : OuterOptimizer.NONE,
                            keepMoments,
                            float16,
                            workersPerHost),
                    folder);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
