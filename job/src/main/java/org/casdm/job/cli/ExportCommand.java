package org.casdm.job.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.sample.DiffusersExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code casdm export}. */
@Command(
        name = "export",
        description = "Writes a checkpoint's first network, theta, and its noise schedule as a pipeline of diffusers: "
                + "a UNet2DModel and a DDIMScheduler. The second network is left out.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm export --checkpoint=/data/runs/1 --diffusers=/data/diffusers/1",
            "  python -c \"from diffusers import DDIMPipeline; DDIMPipeline.from_pretrained('/data/diffusers/1')\""
        })
final class ExportCommand implements Callable<Integer> {

    @Mixin
    private StorageOptions storage;

    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "URI",
            description =
                    "Folder of a run (its newest complete checkpoint), the same with @STEP appended, or the folder "
                            + "of a checkpoint.")
    private String checkpoint;

    @Option(
            names = "--ema",
            paramLabel = "RATE",
            description =
                    "Moving average to export, such as 0.9999, or none for the parameters themselves (default: the "
                            + "run's samples.ema-rate).")
    private String ema;

    @Option(
            names = "--diffusers",
            required = true,
            paramLabel = "URI",
            description = "Folder to write; must not hold a model yet.")
    private String folder;

    @Override
    public Integer call() throws Exception {
        var hadoop = storage.hadoop();
        new DiffusersExport(checkpoint, Optional.ofNullable(ema), hadoop).write(folder, hadoop);
        return ExitCode.DONE;
    }
}
