package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.InceptionBenchmark;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Engines;
import org.casdm.job.cli.EngineOptions;
import org.casdm.job.cli.failure.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm bench inception}. */
@Command(
        name = "inception",
        description = "Times the network of FID on 299-pixel images: images a second, and processor seconds an image.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench inception --batch 16 --threads 2")
final class BenchInceptionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Images at once (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--batches",
            paramLabel = "N",
            defaultValue = "8",
            description = "Batches that are timed, after two that are not (default: ${DEFAULT-VALUE}).")
    private int batches;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of arithmetic (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        var report = benchmark().run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }

    private InceptionBenchmark benchmark() {
        try {
            return new InceptionBenchmark(
                    batch,
                    batches,
                    threads,
                    Engines.select(engine.request(spec, PrecisionChoice.AUTO)).local());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
