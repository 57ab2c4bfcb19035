package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.FrechetBenchmark;
import org.casdm.job.cli.failure.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm bench frechet}. */
@Command(
        name = "frechet",
        description = "Times the Fréchet distance between two sets of random features.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench frechet --dimensions 2048")
final class BenchFrechetCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dimensions",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Dimensions of a feature (default: ${DEFAULT-VALUE}, Inception's).")
    private int dimensions;

    @Option(
            names = "--features",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Features of each set (default: ${DEFAULT-VALUE}).")
    private int count;

    @Override
    public Integer call() throws Exception {
        var report = benchmark().run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }

    private FrechetBenchmark benchmark() {
        try {
            return new FrechetBenchmark(dimensions, count);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
