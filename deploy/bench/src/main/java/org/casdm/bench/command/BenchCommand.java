package org.casdm.bench.command;

import org.casdm.job.cli.AddedCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm bench}: a group of commands. */
@Command(
        name = "bench",
        description = "Measures parts of the product on this machine. Each command prints one JSON object; "
                + "deploy/bench has scripts that compare them with other programs.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchStepCommand.class,
            BenchSampleCommand.class,
            BenchRoundCommand.class,
            BenchInceptionCommand.class,
            BenchParityCommand.class,
            BenchFrechetCommand.class,
            BenchDecodeCommand.class,
            BenchShardsCommand.class
        })
public final class BenchCommand implements Runnable, AddedCommand {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command is given.");
    }
}
