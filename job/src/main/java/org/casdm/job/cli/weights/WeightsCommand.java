package org.casdm.job.cli.weights;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm weights}. */
@Command(
        name = "weights",
        description = "Published files of weights that this program can use and does not contain: LPIPS, Inception.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {WeightsListCommand.class, WeightsGetCommand.class, WeightsVerifyCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm weights list",
            "  casdm weights get vgg16 lpips-vgg --to s3a://bucket/weights",
            "  casdm weights verify s3a://bucket/weights/vgg16-397923af.pth"
        })
public final class WeightsCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Give a command: list, get or verify.");
    }
}
