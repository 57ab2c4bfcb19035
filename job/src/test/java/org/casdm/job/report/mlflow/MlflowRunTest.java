package org.casdm.job.report.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.MetricsLine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sent to an MLflow server that knows one experiment and perhaps one run. */
class MlflowRunTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private java.nio.file.Path folder;

    private HttpServer server;
    private final List<String> calls = new ArrayList<>();
    private final List<JsonNode> batches = new ArrayList<>();
    private final Map<String, String> files = new HashMap<>();
    private final List<String> authorizations = new ArrayList<>();
    private boolean knowsExperiment;
    private String run;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        synchronized (calls) {
            calls.add(path.substring(path.lastIndexOf("/2.0/") + 5));
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
        }
        if (path.endsWith("experiments/get-by-name") && !knowsExperiment) {
            reply(exchange, 404, "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}");
        } else if (path.endsWith("experiments/get-by-name")) {
            reply(exchange, 200, "{\"experiment\": {\"experiment_id\": \"7\"}}");
        } else if (path.endsWith("experiments/create")) {
            reply(exchange, 200, "{\"experiment_id\": \"7\"}");
        } else if (path.endsWith("runs/search")) {
            reply(exchange, 200, run == null ? "{}" : "{\"runs\": [" + run + "]}");
        } else if (path.endsWith("runs/create")) {
            reply(exchange, 200, "{\"run\": " + run("mlflow-artifacts:/7/abc/artifacts", "") + "}");
        } else if (path.endsWith("artifacts/list")) {
            reply(exchange, 200, "{\"files\": [{\"path\": \"samples/1.png\"}]}");
        } else if (path.endsWith("runs/log-batch")) {
            batches.add(JSON.readTree(body));
            reply(exchange, 200, "{}");
        } else if (path.contains("mlflow-artifacts")) {
            files.put(path.substring(path.indexOf("artifacts/artifacts/") + 20), body);
            reply(exchange, 200, "{}");
        } else {
            reply(exchange, 200, "{}");
        }
    }

    private static String run(String artifacts, String metrics) {
        return "{\"info\": {\"run_id\": \"abc\", \"artifact_uri\": \"" + artifacts + "\"}, \"data\": {\"metrics\": ["
                + metrics + "]}}";
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static MetricsLine line(long step, double loss) {
        var values = JSON.createObjectNode();
        values.put("time", "2026-01-02T03:04:05Z");
        values.put("loss", loss);
        values.put("step", step);
        values.putObject("lpipsOfImages").put("mean", 1);
        return new MetricsLine(step, values);
    }

    @Test
    void newRun_hasExperimentParametersMetricsAndConfiguration() throws IOException {
        var mlflow = MlflowRun.of(url(), "faces", "/data/runs/1", Map.of("MLFLOW_TRACKING_TOKEN", "secret"));
        mlflow.parameters("casdm { train { steps = 5, optimizer.learning-rate = 1e-3 }, data.path = null }");
        mlflow.metrics("", List.of(line(2, 0.5), line(4, 0.25)));
        mlflow.status(MlflowRun.Status.FINISHED);

        assertThat(mlflow.id()).isEqualTo("abc");
        assertThat(calls).contains("mlflow/experiments/create", "mlflow/runs/create", "mlflow/runs/update");
        assertThat(authorizations).containsOnly("Bearer secret");
        assertThat(batches.get(0).get("params").findValuesAsText("key"))
                .containsExactlyInAnyOrder("train.steps", "train.optimizer.learning-rate");
        assertThat(files).containsKey("7/abc/artifacts/config.conf");
        var metrics = batches.get(1).get("metrics");
        assertThat(metrics.findValuesAsText("key")).containsExactly("loss", "loss");
        assertThat(metrics.get(1).get("value").asDouble()).isEqualTo(0.25);
        assertThat(metrics.get(1).get("step").asLong()).isEqualTo(4);
        assertThat(metrics.get(1).get("timestamp").asLong()).isEqualTo(1_767_323_045_000L);
    }

    @Test
    void knownRun_getsWhatItDoesNotHave() throws IOException {
        knowsExperiment = true;
        run = run("mlflow-artifacts:/7/abc/artifacts", "{\"key\": \"loss\", \"step\": 4}");
        var mlflow = MlflowRun.of(url(), "faces", "/data/runs/1", Map.of());
        mlflow.parameters("train.steps = 5");
        mlflow.metrics("", List.of(line(2, 0.5), line(4, 0.25), line(6, 0.125)));
        mlflow.metrics("", List.of(line(6, 0.125)));
        Files.writeString(folder.resolve("1.png"), "one");
        Files.writeString(folder.resolve("2.png"), "two");
        mlflow.pictures(
                FileSystem.getLocal(new Configuration()),
                List.of(
                        new Path(folder.resolve("1.png").toUri()),
                        new Path(folder.resolve("2.png").toUri())));

        assertThat(calls).doesNotContain("mlflow/runs/create", "mlflow/experiments/create");
        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).get("metrics").findValuesAsText("step")).containsExactly("6");
        assertThat(files).isEqualTo(Map.of("7/abc/artifacts/samples/2.png", "two"));
    }

    @Test
    void filesThatTheServerDoesNotStore_areLeftOut() throws IOException {
        knowsExperiment = true;
        run = run("s3://bucket/7/abc", "");
        Files.writeString(folder.resolve("2.png"), "two");
        MlflowRun.of(url(), "faces", "/data/runs/1", Map.of())
                .pictures(
                        FileSystem.getLocal(new Configuration()),
                        List.of(new Path(folder.resolve("2.png").toUri())));
        assertThat(files).isEmpty();
    }

    @Test
    void serverThatDoesNotAnswer_isNamed() {
        var url = url();
        stop();
        assertThatThrownBy(() -> MlflowRun.of(url, "faces", "/data/runs/1", Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not answer");
        assertThatThrownBy(() -> MlflowRun.of("host:5000", "faces", "x", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://");
    }
}
