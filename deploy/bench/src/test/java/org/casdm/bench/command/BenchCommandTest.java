package org.casdm.bench.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ServiceLoader;
import org.casdm.job.cli.AddedCommand;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {

    @Test
    void jarOnTheClassPath_addsTheCommandToTheProgram() {
        assertThat(ServiceLoader.load(AddedCommand.class)).singleElement().satisfies(command -> {
            var line = new CommandLine(command);
            assertThat(line.getCommandName()).isEqualTo("bench");
            assertThat(line.getSubcommands()).containsKeys("step", "sample", "round", "inception", "parity", "shards");
        });
    }
}
