package org.casdm.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on the loopback address that behaves well and badly. */
class DownloadIT {

    private static final Download.Timing TIMING = new Download.Timing(Duration.ofMillis(1), Duration.ofMillis(700));

    @TempDir
    private Path folder;

    private final byte[] content = new byte[1_000_000];
    /** What the server was asked for: the Range header, or "all". */
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        new Random(3).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // A request that hangs must not keep the next one.
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private URI serve(HttpHandler handler) {
        server.createContext("/file", exchange -> {
            try (exchange) {
                requests.add(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                        .orElse("all"));
                handler.handle(exchange);
            }
        });
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/file");
    }

    /** Answers as asked, but breaks the connection after so many bytes. */
    private void answer(HttpExchange exchange, boolean heedRange, int breakAfter) throws IOException {
        var range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null || !heedRange ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        exchange.getResponseBody().write(content, from, Math.min(breakAfter, content.length - from));
        exchange.getResponseBody().flush();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private Path get(URI address) throws IOException {
        var digest = new ContentDigest(content.length, Sha256.hex(content));
        var file = new PublishedFile("it", "test", address, "file.pth", digest, "none", "FILE");
        var target = folder.resolve("new/file.pth");
        var last = new long[1];
        new Download(file, address, TIMING, Optional.empty(), (bytes, total) -> {
                    assertThat(bytes).isGreaterThan(last[0]);
                    assertThat(total).isEqualTo(content.length);
                    last[0] = bytes;
                })
                .to(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(target.toUri()));
        assertThat(last[0]).isEqualTo(content.length);
        return target;
    }

    private void refused(URI address, String... words) {
        assertThatThrownBy(() -> get(address))
                .isInstanceOf(DownloadException.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining(address.toString());
        assertThat(folder.resolve("new"))
                .satisfiesAnyOf(
                        path -> assertThat(path).doesNotExist(),
                        path -> assertThat(path).isEmptyDirectory());
    }

    @Test
    void fetchesAndFollowsRedirects() throws IOException {
        var address = serve(exchange -> answer(exchange, true, content.length));
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", address.toString());
            send(exchange, 302, new byte[0]);
        });
        assertThat(get(address.resolve("/moved"))).hasBinaryContent(content);
        assertThat(folder.resolve("new")).isDirectoryNotContaining(path -> !path.endsWith("file.pth"));
    }

    @Test
    void brokenConnection_isResumed() throws IOException {
        var address = serve(exchange -> answer(exchange, true, 400_000));
        assertThat(get(address)).hasBinaryContent(content);
        assertThat(requests).hasSizeGreaterThanOrEqualTo(3).startsWith("all");
        assertThat(requests.subList(1, requests.size()))
                .allMatch(range -> range.startsWith("bytes="))
                .doesNotHaveDuplicates();
    }

    @Test
    void passesOverWhatItHasWhereTheServerSendsAllAgain() throws IOException {
        var address = serve(exchange -> answer(exchange, false, requests.size() == 1 ? 400_000 : content.length));
        assertThat(get(address)).hasBinaryContent(content);
        assertThat(requests).hasSize(2);
    }

    @Test
    void triesAgainWhenTheServerIsBusyButNotForEver() throws IOException {
        var address = serve(exchange -> {
            if (requests.size() < 3) {
                send(exchange, 503, new byte[0]);
            } else {
                answer(exchange, true, content.length);
            }
        });
        assertThat(get(address)).hasBinaryContent(content);

        var busy = server.createContext("/busy", exchange -> send(exchange, 503, new byte[0]));
        assertThat(busy.getPath()).isEqualTo("/busy");
        refusedElsewhere(address.resolve("/busy"));
    }

    private void refusedElsewhere(URI address) {
        var digest = new ContentDigest(5, Sha256.hex(new byte[5]));
        var file = new PublishedFile("it", "test", address, "file", digest, "none", "FILE");
        var target = new org.apache.hadoop.fs.Path(folder.resolve("busy").toUri());
        assertThatThrownBy(() -> new Download(file, address, TIMING, Optional.empty(), (bytes, total) -> {})
                        .to(FileSystem.getLocal(new Configuration()), target))
                .isInstanceOf(DownloadException.class)
                .hasMessageContainingAll("HTTP 503", "4 times", "nothing was kept");
        assertThat(folder.resolve("busy")).doesNotExist();
    }

    @Test
    void stalledConnection_isClosed() throws IOException {
        var address = serve(exchange -> {
            answer(exchange, true, requests.size() == 1 ? 300_000 : content.length);
            if (requests.size() == 1) {
                sleep(1500);
            }
        });
        assertThat(get(address)).hasBinaryContent(content);
        assertThat(requests).hasSize(2);
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusesAnotherFile() {
        var wrong = content.clone();
        wrong[700_000]++;
        refused(
                serve(exchange -> send(exchange, 200, wrong)),
                "is not file.pth",
                "its SHA-256 is " + Sha256.hex(wrong),
                "Nothing was kept");
    }

    @Test
    void refusesALongerFile() {
        refused(serve(exchange -> send(exchange, 200, Arrays.copyOf(content, content.length + 1))), "has more than");
    }

    @Test
    void refusesAShorterFile() {
        var page = Arrays.copyOf(content, 500);
        refused(serve(exchange -> send(exchange, requests.size() == 1 ? 200 : 416, page)), "has only 500 bytes");
    }

    @Test
    void fileMissingOnServer_isReported() {
        refused(serve(exchange -> send(exchange, 404, new byte[0])), "HTTP 404", "weights verify");
    }

    @Test
    void saysThatTheServerCannotBeReached() {
        var address = serve(exchange -> answer(exchange, true, content.length));
        server.stop(0);
        refused(address, "0 of 1000000 bytes", "weights verify");
    }
}
