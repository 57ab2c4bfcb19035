package org.casdm.job.cli.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.casdm.job.cli.Casdm;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.weights.published.PublishedFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsCommandIT {

    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    private int weights(String... arguments) {
        var program = Casdm.commandLine().setOut(new PrintWriter(output, true)).setErr(new PrintWriter(error, true));
        return Casdm.execute(
                program,
                Stream.concat(Stream.of("weights"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void listsWhereEachFileIsAndItsLicence() {
        assertThat(weights("list")).isEqualTo(ExitCode.DONE);
        for (var file : PublishedFiles.load().all()) {
            assertThat(output.toString())
                    .contains(file.name() + System.lineSeparator())
                    .contains(file.address().toString())
                    .contains(file.content().sha256())
                    .contains("licence: " + file.licence());
        }
    }

    @Test
    void usageErrors() {
        assertThat(weights()).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("list, get or verify");
        assertThat(weights("get", "vgg16")).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("--to");
        assertThat(weights("get", "vgg19", "--to", folder.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("\"vgg19\"").contains("vgg16, alexnet");
    }

    @Test
    void aWrongFileFromAMirrorIsNotKept() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/mirror/lpips-vgg-v0.1.pth", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 7289);
                exchange.getResponseBody().write(new byte[7289]);
            }
        });
        server.start();
        try {
            assertThat(weights(
                            "get",
                            "lpips-vgg",
                            "--to",
                            folder.toString(),
                            "--from",
                            "http://127.0.0.1:" + server.getAddress().getPort() + "/mirror"))
                    .isEqualTo(ExitCode.FAILURE);
        } finally {
            server.stop(0);
        }
        assertThat(error.toString())
                .contains("is not lpips-vgg-v0.1.pth: its SHA-256 is")
                .contains("Nothing was kept");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void existingFiles_areCheckedAndNotReplaced() throws IOException {
        var there = Files.writeString(folder.resolve("lpips-vgg-v0.1.pth"), "something else");
        assertThat(weights("get", "lpips-vgg", "--to", folder.toString(), "--from", "http://127.0.0.1:1"))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString())
                .contains("exists already and is not lpips-vgg")
                .contains("14 bytes");
        assertThat(there).hasContent("something else");
    }

    @Test
    void verify_reportsUnknownFiles() throws IOException {
        var file = Files.write(folder.resolve("vgg16-397923af.pth"), new byte[10]);
        assertThat(weights("verify", file.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString())
                .contains("none of the published files")
                .contains("10 bytes")
                .contains("vgg16 has 553433881 bytes and 397923af");
    }
}
