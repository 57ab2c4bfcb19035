package org.casdm.job.cli;

import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.inspect.Inspection;
import org.casdm.job.inspect.InspectionText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm inspect}. */
@Command(
        name = "inspect",
        description = "Shows what a run, a checkpoint or a file of tensors (.safetensors, .pt) holds: step, losses, "
                + "tensors with element types, shapes and L2 norms. The hashes of checkpoints are checked on the way. "
                + "Needs no Spark.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm inspect /data/runs/1",
            "  casdm inspect s3a://bucket/runs/1/checkpoints/000012000 --json",
            "  casdm inspect lsun_uncond_100M_1200K_bs128.pt"
        })
final class InspectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(
            index = "0",
            paramLabel = "URI",
            description = "Folder of a run or of a checkpoint, or a file of "
                    + "tensors: a path or URI of any Hadoop file system.")
    private String location;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(
            names = "--metrics",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many of the last lines of metrics to show (default: ${DEFAULT-VALUE}).")
    private int metricsLines;

    @Override
    public Integer call() throws Exception {
        if (metricsLines < 0) {
            throw new ParameterException(spec.commandLine(), "--metrics is at least 0, not " + metricsLines);
        }
        var found = new Inspection(storage.hadoop(), metricsLines).inspect(location);
        var text = new InspectionText(spec.commandLine().getOut());
        if (json) {
            text.printJson(found);
        } else {
            text.print(found);
        }
        return ExitCode.DONE;
    }
}
