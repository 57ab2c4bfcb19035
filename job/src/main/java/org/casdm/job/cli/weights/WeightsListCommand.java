package org.casdm.job.cli.weights;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.weights.published.PublishedFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code casdm weights list}. */
@Command(
        name = "list",
        description = "Lists the files: purpose, origin, size, SHA-256, licence.",
        footer = "  casdm weights list")
final class WeightsListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var output = spec.commandLine().getOut();
        for (var file : PublishedFiles.load().all()) {
            output.printf(
                    Locale.ROOT,
                    "%s%n  %s%n  %s%n  %,d bytes, SHA-256 %s%n  licence: %s%n",
                    file.name(),
                    file.purpose(),
                    file.address(),
                    file.content().bytes(),
                    file.content().sha256(),
                    file.licence());
            output.println("  use: " + file.usage());
            output.println();
        }
        return ExitCode.DONE;
    }
}
