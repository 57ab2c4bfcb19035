package org.casdm.job.cli;

import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.ema.AverageRebuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm ema}. */
@Command(
        name = "ema",
        description = "Rebuilds a moving average of a run's parameters whose length is chosen afterwards, from the "
                + "averages that a run with train.ema-stds has stored (EDM2's post-hoc EMA).",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm ema /data/runs/1 --std=0.08 --out=/data/runs/1-ema-0.08",
            "  casdm sample --checkpoint=/data/runs/1-ema-0.08 --count=16 --out=/data/samples/1",
            "  casdm ema s3a://bucket/runs/1 --std=0.15 --step=50000 --out=ema.safetensors"
        })
final class EmaCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(index = "0", paramLabel = "RUN", description = "Folder of the run: a path or URI.")
    private String run;

    @Option(
            names = "--std",
            required = true,
            paramLabel = "STD",
            description = "Length of the average: relative standard deviation of its weights, as a share of the run, "
                    + "0.001 to 0.28. EDM2's best lie between 0.03 and 0.15.")
    private double std;

    @Option(
            names = "--step",
            paramLabel = "STEP",
            description = "Step of the run, one of those that averages are stored of (default: the last).")
    private Long step;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "A new folder, which is a run with one checkpoint for sample and evaluate, or a file "
                    + "ending in .safetensors.")
    private String out;

    @Override
    public Integer call() throws Exception {
        if (!(std >= 0.001 && std <= 0.28)) {
            throw new ParameterException(spec.commandLine(), "--std is 0.001 to 0.28, not " + std);
        }
        var hadoop = storage.hadoop();
        new AverageRebuilder(run, step == null ? OptionalLong.empty() : OptionalLong.of(step), hadoop)
                .write(std, out, hadoop);
        return ExitCode.DONE;
    }
}
