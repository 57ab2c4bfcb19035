package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.SampleBenchmark;
import org.casdm.bench.StepSettings.Metric;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Engines;
import org.casdm.job.cli.EngineOptions;
import org.casdm.job.cli.failure.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code casdm bench sample}. */
@Command(
        name = "sample",
        description = "Times drawing with cas-dm on random weights: a pass of one network, and a step of DDIM with "
                + "both, in milliseconds of the clock and of the processor for each image.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench sample --channels 64 --batch 16 --threads 1")
final class BenchSampleCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StepOptions sizes;

    @Mixin
    private EngineOptions engine;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "8",
            description = "Passes, and steps of DDIM, that are timed, after two that are not (default: "
                    + "${DEFAULT-VALUE}).")
    private int steps;

    @Override
    public Integer call() throws Exception {
        var report = new SampleBenchmark(
                        sizes.settings(spec, steps, Metric.NONE),
                        Engines.select(engine.request(spec, PrecisionChoice.AUTO))
                                .local())
                .run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }
}
