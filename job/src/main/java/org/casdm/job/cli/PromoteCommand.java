package org.casdm.job.cli;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.promote.Gate;
import org.casdm.job.promote.Promotion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm promote}. */
@Command(
        name = "promote",
        description = "Promotes an evaluated checkpoint: writes a small JSON file that names it, with its "
                + "FID, unless the checkpoint that the file names now has a better FID. Needs no Spark.",
        exitCodeList = {
            "  0:the file names the checkpoint",
            "  1:undecided: no FID, or one that is not comparable; nothing was changed",
            "  2:the command line is wrong",
            "  3:not promoted: the FID is worse; the file still names the one before"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm promote --run s3a://bucket/runs/2 --to s3a://bucket/promoted.json",
            "  casdm promote --run /data/runs/2 --step 12000 --to /data/promoted.json \\",
            "      --tolerance 0.5 --max-fid 60"
        })
final class PromoteCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Option(
            names = "--run",
            required = true,
            paramLabel = "URI",
            description = "Folder of the run, with checkpoints that \"casdm evaluate --run\" has evaluated.")
    private String run;

    @Option(
            names = "--step",
            paramLabel = "STEP",
            description = "The checkpoint's step (default: the latest evaluated one).")
    private Long step;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "URI",
            description = "The file to write: a path or URI of any Hadoop file system.")
    private String pointer;

    @Option(
            names = "--tolerance",
            paramLabel = "DISTANCE",
            defaultValue = "0",
            description = "How much worse than the promoted checkpoint's the FID may be (default: ${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(
            names = "--max-fid",
            paramLabel = "DISTANCE",
            description = "Highest FID allowed, also for the first checkpoint (default: no limit).")
    private Double limit;

    @Override
    public Integer call() throws Exception {
        var result = new Promotion(gate(), storage.hadoop())
                .promote(run, step == null ? OptionalLong.empty() : OptionalLong.of(step), pointer);
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s: step %d of %s: %s%n",
                        result.promoted() ? "Promoted" : "Not promoted",
                        result.step(),
                        run,
                        result.reason());
        return result.promoted() ? ExitCode.DONE : ExitCode.NOT_PROMOTED;
    }

    private Gate gate() {
        try {
            return new Gate(tolerance, limit == null ? OptionalDouble.empty() : OptionalDouble.of(limit));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
