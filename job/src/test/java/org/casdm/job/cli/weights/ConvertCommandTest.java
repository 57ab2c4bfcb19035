package org.casdm.job.cli.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.job.cli.Casdm;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertCommandTest {

    private static final Path FIXTURES =
            Path.of("../common/src/test/resources/fixtures/pytorch").toAbsolutePath();

    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    private int convert(String... arguments) {
        var program = Casdm.commandLine().setOut(new PrintWriter(output, true)).setErr(new PrintWriter(error, true));
        return Casdm.execute(
                program,
                Stream.concat(Stream.of("convert"), Stream.of(arguments)).toArray(String[]::new));
    }

    private static String fixture(String name) {
        assertThat(FIXTURES.resolve(name)).exists();
        return FIXTURES.resolve(name).toString();
    }

    private static SafetensorsReader open(Path file) throws IOException {
        return SafetensorsReader.open(
                FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(file.toUri()));
    }

    @Test
    void listsAndConvertsANestedCheckpoint() throws IOException {
        var converted = folder.resolve("new/model.safetensors");
        assertThat(convert("--list", "--key", "state_dict", fixture("checkpoint_zip.pth"), converted.toString()))
                .isEqualTo(ExitCode.DONE);
        try (var checkpoint = open(converted);
                var expected = open(Path.of(fixture("state_expected.safetensors")))) {
            assertThat(checkpoint.tensors())
                    .extracting(TensorInfo::name)
                    .containsAll(
                            expected.tensors().stream().map(TensorInfo::name).toList());
            for (var tensor : expected.tensors()) {
                assertThat(checkpoint.readDoubles(tensor.name())).isEqualTo(expected.readDoubles(tensor.name()));
            }
            for (var tensor : checkpoint.tensors()) {
                assertThat(output.toString()).contains(tensor.name() + " ");
            }
        }
        assertThat(output.toString())
                .contains("Left out: step, args.lr")
                .contains("SHA-256")
                .contains("F32");
    }

    @Test
    void listsWithoutWriting() {
        assertThat(convert("--list", fixture("state_legacy.pth"))).isEqualTo(ExitCode.DONE);
        assertThat(output.toString()).contains("tensors, ").doesNotContain("Wrote");
        assertThat(convert(fixture("state_legacy.pth"))).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("--list");
    }

    @ParameterizedTest
    @CsvSource({
        "evil_zip.pth, posix.system",
        "evil_legacy.pth, posix.system",
        "cut_zip.pth, the file is cut",
        "whole_module_zip.pth, torch.nn.modules.container.Sequential"
    })
    void refusesAndLeavesNothingBehind(String name, String reason) {
        var converted = folder.resolve("model.safetensors");
        assertThat(convert(fixture(name), converted.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains(name).contains(reason).doesNotContain("--stacktrace");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void replacesNothing() throws IOException {
        var there = Files.writeString(folder.resolve("there"), "text");
        assertThat(convert(fixture("state_zip.pth"), there.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("It exists already");
        assertThat(there).hasContent("text");
    }
}
