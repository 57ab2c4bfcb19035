package org.casdm.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {

    private static final String PASSWORD = "p@ss:w/rd";
    private static final String LOGIN = "me:p%40ss%3Aw%2Frd@";
    private static final byte[] CONTENT = new byte[1000];

    @TempDir
    private Path folder;

    private static Optional<String> proxy(Map<String, String> environment, String address) {
        return new EnvironmentProxies(environment).describe(URI.create(address));
    }

    @Test
    void lowerCasePrecedesUpperCase_andTheSchemesOwnPrecedesAll() {
        var address = "https://server.example.org/file";
        assertThat(proxy(Map.of(), address)).isEmpty();
        assertThat(proxy(Map.of("HTTPS_PROXY", "http://upper:1"), address)).hasValue("upper:1 (HTTPS_PROXY)");
        assertThat(proxy(Map.of("HTTPS_PROXY", "http://upper:1", "https_proxy", "http://lower:2"), address))
                .hasValue("lower:2 (https_proxy)");
        assertThat(proxy(Map.of("all_proxy", "http://all:3", "HTTPS_PROXY", "http://upper:1"), address))
                .hasValue("upper:1 (HTTPS_PROXY)");
        assertThat(proxy(Map.of("ALL_PROXY", "http://all:3"), address)).hasValue("all:3 (ALL_PROXY)");
        assertThat(proxy(Map.of("http_proxy", "http://plain:4"), address)).isEmpty();
        assertThat(proxy(Map.of("http_proxy", "http://plain:4"), "http://server.example.org/"))
                .hasValue("plain:4 (http_proxy)");
        // An empty variable switches off what comes after it.
        assertThat(proxy(Map.of("https_proxy", "", "HTTPS_PROXY", "http://upper:1", "all_proxy", "all"), address))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://proxy:3128, proxy:3128",
        "HTTP://proxy:3128/, proxy:3128",
        "proxy:3128, proxy:3128",
        "http://proxy, proxy:80",
        "http://me:secret@proxy:1, proxy:1",
        "http://me:se@cr/et@proxy:1/, proxy:1",
        "me:secret@proxy:1, proxy:1",
        "http://[::1]:3128, ::1:3128",
        "http://10.1.2.3:8080, 10.1.2.3:8080"
    })
    void proxiesAreUrls(String value, String expected) {
        assertThat(proxy(Map.of("https_proxy", value), "https://server/")).hasValue(expected + " (https_proxy)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socks5://me:topsecret@proxy:1080",
                "https://me:topsecret@proxy:1",
                "http://me:topsecret@proxy:99999",
                "http://me:topsecret@",
                "http://me:topsecret%zz@proxy:1"
            })
    void unusableProxies_areRefusedWithoutTheirPassword(String value) {
        assertThatThrownBy(() -> proxy(Map.of("HTTPS_PROXY", value), "https://server/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("environment variable HTTPS_PROXY")
                .hasMessageNotContaining("topsecret")
                .hasNoCause();
        // What is not on the way does not matter.
        assertThat(proxy(Map.of("HTTPS_PROXY", value, "no_proxy", "server"), "https://server/"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "*, https://server.example.org/, true",
        "example.org, https://server.example.org/, true",
        ".example.org, https://server.example.org/, true",
        "example.org, https://example.org/, true",
        ".example.org, https://example.org/, true",
        "EXAMPLE.org, https://Server.Example.ORG/, true",
        "example.org., https://server.example.org/, true",
        "example.org, https://notexample.org/, false",
        "example.org, https://example.org.evil.net/, false",
        "'localhost, other.net example.org', https://example.org/, true",
        "'', https://example.org/, false",
        "example.org:443, https://example.org/, true",
        "example.org:8443, https://example.org/, false",
        "example.org:8443, https://example.org:8443/, true",
        "10.1.2.3, https://10.1.2.3/, true",
        "1.2.3, https://10.1.2.3/, false",
        "10.0.0.0/8, https://10.1.2.3/, true",
        "10.0.0.0/8, https://11.1.2.3/, false",
        "10.0.0.0/33, https://10.1.2.3/, false",
        "192.168.128.0/17, https://192.168.200.1/, true",
        "192.168.128.0/17, https://192.168.100.1/, false",
        "10.0.0.0/8, https://10.example.org/, false",
        "::1, https://[::1]/, true",
        "[::1], https://[::1]/, true",
        "[::1]:443, https://[::1]/, true",
        "[::1]:80, https://[::1]/, false",
        "fd00::/8, https://[fd12::1]/, true"
    })
    void noProxyNamesDomainsAddressesAndNetworks(String value, String address, boolean direct) {
        for (var variable : List.of("no_proxy", "NO_PROXY")) {
            var selector = new EnvironmentProxies(Map.of("https_proxy", "http://proxy:1", variable, value));
            assertThat(selector.describe(URI.create(address)).isEmpty()).isEqualTo(direct);
            assertThat(selector.select(URI.create(address)).get(0).type())
                    .isEqualTo(direct ? Proxy.Type.DIRECT : Proxy.Type.HTTP);
        }
    }

    private void get(String target, URI address, Map<String, String> environment) throws IOException {
        var digest = new ContentDigest(CONTENT.length, Sha256.hex(CONTENT));
        var file = new PublishedFile("it", "test", address, "file.pth", digest, "none", "FILE");
        new Download(
                        file,
                        address,
                        new Download.Timing(Duration.ofMillis(1), Duration.ofSeconds(20)),
                        Optional.of(new EnvironmentProxies(environment)),
                        (bytes, total) -> {})
                .to(
                        FileSystem.getLocal(new Configuration()),
                        new org.apache.hadoop.fs.Path(folder.resolve(target).toUri()));
    }

    private static String basic() {
        return "Basic " + Base64.getEncoder().encodeToString(("me:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aServerIsReachedThroughTheProxy_withItsLogin() throws IOException {
        List<String> requests = Collections.synchronizedList(new ArrayList<>());
        var proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            try (exchange) {
                var login = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
                requests.add(exchange.getRequestURI() + " " + login);
                if (login == null) {
                    exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"proxy\"");
                    exchange.sendResponseHeaders(407, -1);
                } else {
                    exchange.sendResponseHeaders(200, CONTENT.length);
                    exchange.getResponseBody().write(CONTENT);
                }
            }
        });
        proxy.start();
        try {
            // A host that does not exist: the proxy alone looks it up.
            var address = URI.create("http://server.invalid/file");
            var at = "127.0.0.1:" + proxy.getAddress().getPort();
            get("file", address, Map.of("http_proxy", "http://" + LOGIN + at));
            assertThat(folder.resolve("file")).hasBinaryContent(CONTENT);
            assertThat(requests).containsExactly(address + " null", address + " " + basic());

            assertThatThrownBy(() -> get("other", URI.create("http://server.invalid/other"), Map.of("http_proxy", at)))
                    .isInstanceOf(DownloadException.class)
                    .hasMessageContaining("the proxy requires a user and a password");
        } finally {
            proxy.stop(0);
        }
    }

    /** The tunnel is refused in the end: what counts is that it is asked for, and the login sent. */
    @Test
    void httpsGoesThroughATunnel_withTheProxysLogin() throws Exception {
        List<String> requests = Collections.synchronizedList(new ArrayList<>());
        try (var proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> refuseTunnels(proxy, requests));
            thread.start();
            var environment = Map.of("HTTPS_PROXY", "http://" + LOGIN + "127.0.0.1:" + proxy.getLocalPort());
            assertThatThrownBy(() -> get("file", URI.create("https://server.invalid/file"), environment))
                    .isInstanceOf(DownloadException.class)
                    .hasMessageNotContaining("p@ss")
                    .hasMessageNotContaining("p%40ss");
            proxy.close();
            thread.join();
        }
        assertThat(requests)
                .startsWith(
                        "CONNECT server.invalid:443 HTTP/1.1 none", "CONNECT server.invalid:443 HTTP/1.1 " + basic());
    }

    private static void refuseTunnels(ServerSocket proxy, List<String> requests) {
        while (true) {
            try (var connection = proxy.accept();
                    var lines = new BufferedReader(
                            new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1))) {
                var request = lines.readLine();
                var login = "none";
                for (var line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                    login = line.startsWith("Proxy-Authorization: ") ? line.substring(21) : login;
                }
                requests.add(request + " " + login);
                var answer = login.equals("none")
                        ? "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n"
                        : "HTTP/1.1 403 No\r\n";
                connection
                        .getOutputStream()
                        .write((answer + "Content-Length: 0\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                if (proxy.isClosed()) {
                    return;
                }
            }
        }
    }
}
