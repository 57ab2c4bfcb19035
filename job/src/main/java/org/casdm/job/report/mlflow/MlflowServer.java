package org.casdm.job.report.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The REST interface of an MLflow tracking server, version 2.0. Credentials come from the environment, as for MLflow's own
 * clients: {@code MLFLOW_TRACKING_TOKEN}, or {@code MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD}.
 */
final class MlflowServer {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/2.0/";
    private static final String NOT_FOUND = "RESOURCE_DOES_NOT_EXIST";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String base;
    private final Optional<String> authorization;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /**
     * @param base such as {@code http://host:5000}
     * @throws IllegalArgumentException if it is no URL of the web
     */
    MlflowServer(String base, Map<String, String> environment) {
        if (!base.matches("https?://.+")) {
            throw new IllegalArgumentException(
                    "An MLflow server has a URL that begins with http:// or https://, not \"" + base + "\"");
        }
        this.base = base.replaceAll("/+$", "");
        var token =
                Optional.ofNullable(environment.get("MLFLOW_TRACKING_TOKEN")).map(text -> "Bearer " + text);
        authorization = token.or(() -> Optional.ofNullable(environment.get("MLFLOW_TRACKING_USERNAME"))
                .map(name -> basic(name, environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", ""))));
    }

    private static String basic(String name, String password) {
        byte[] both = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(both);
    }

    /** Calls a method of the interface, such as {@code runs/create}. */
    JsonNode post(String method, ObjectNode body) throws IOException {
        return answer(request("mlflow/" + method)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build());
    }

    /** Asks for something by one parameter. */
    JsonNode get(String method, Map<String, String> parameters) throws IOException {
        var query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return answer(request("mlflow/" + method + query).GET().build());
    }

    /** Stores a file through the server. */
    void putArtifact(String path, byte[] content) throws IOException {
        answer(request("mlflow-artifacts/artifacts/" + path)
                .PUT(BodyPublishers.ofByteArray(content))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        var builder = HttpRequest.newBuilder(URI.create(base + API + path)).timeout(PATIENCE);
        authorization.ifPresent(value -> builder.header("Authorization", value));
        return builder;
    }

    /** The server knows no such thing. */
    static final class NotFound extends IOException {

        private static final long serialVersionUID = 1L;

        private NotFound(String message) {
            super(message);
        }
    }

    private JsonNode answer(HttpRequest request) throws IOException {
        HttpResponse<byte[]> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(request.uri() + ": interrupted");
        } catch (IOException e) {
            throw new IOException(base + ": the MLflow server does not answer: " + e, e);
        }
        var body = new String(response.body(), StandardCharsets.UTF_8);
        if (response.statusCode() / 100 == 2) {
            return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
        }
        var message = request.uri().getPath() + " of the MLflow server " + base + " answers " + response.statusCode()
                + ": " + body.substring(0, Math.min(500, body.length()));
        throw body.contains(NOT_FOUND) ? new NotFound(message) : new IOException(message);
    }
}
