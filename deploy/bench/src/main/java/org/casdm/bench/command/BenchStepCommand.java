package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.StepBenchmark;
import org.casdm.bench.StepSettings;
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

/** {@code casdm bench step}. */
@Command(
        name = "step",
        description = "Times the training step of cas-dm on random pictures: seconds, memory, and what each kind of "
                + "layer takes of it.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench step --channels 128 --batch 8 --lpips")
final class BenchStepCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StepOptions step;

    @Mixin
    private EngineOptions engine;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "8",
            description = "Steps that are timed, after two that are not (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--lpips", description = "With LPIPS (VGG-16, random weights) among the losses.")
    private boolean lpips;

    @Option(names = "--lpips-resize", description = "With LPIPS at 224 pixels, whatever the pictures have.")
    private boolean resize;

    @Override
    public Integer call() throws Exception {
        var report = new StepBenchmark(
                        settings(),
                        Engines.select(engine.request(spec, PrecisionChoice.AUTO))
                                .local())
                .run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }

    private StepSettings settings() {
        return step.settings(spec, steps, resize ? Metric.LPIPS_AT_224 : lpips ? Metric.LPIPS : Metric.NONE);
    }
}
