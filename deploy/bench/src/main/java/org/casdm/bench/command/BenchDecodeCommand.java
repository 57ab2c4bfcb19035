package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.DecodeBenchmark;
import org.casdm.job.cli.failure.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm bench decode}. */
@Command(
        name = "decode",
        description = "Times what prepare does to each picture, without Spark: read, decode, resize and crop. Images a "
                + "second, and processor seconds an image.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench decode /data/pictures --size 64 --threads 2")
final class BenchDecodeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "A folder, tar, zip or other source of pictures.")
    private String source;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "64",
            description = "Side of the training images (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--passes",
            paramLabel = "N",
            defaultValue = "5",
            description = "Times that all pictures are read and timed, after two that are not (default: "
                    + "${DEFAULT-VALUE}).")
    private int passes;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that share the pictures (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        var report = benchmark().run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }

    private DecodeBenchmark benchmark() {
        try {
            return new DecodeBenchmark(source, size, passes, threads);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
