package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.ParityBenchmark;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Engines;
import org.casdm.job.cli.EngineOptions;
import org.casdm.job.cli.failure.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code casdm bench parity}. */
@Command(
        name = "parity",
        description =
                "Compares an engine's training step with ND4J's in float32 on the CPU: loss, gradient and parameters, "
                        + "on small random models of all kinds.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench parity --engine libtorch --device gpu --precision float32")
final class BenchParityCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--threads", paramLabel = "N", description = "Host threads (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        var computer =
                Engines.select(engine.request(spec, PrecisionChoice.FLOAT32)).local();
        var report = new ParityBenchmark(computer, threads).run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }
}
