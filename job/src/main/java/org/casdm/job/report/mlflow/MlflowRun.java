package org.casdm.job.report.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.MetricsLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run folder as one run of an MLflow experiment: found again by the folder's place, which is its tag {@value #TAG}. What
 * the server has is not sent again, so it can be brought up to date as often as one likes, also after an interruption.
 */
public final class MlflowRun {

    /** How the run is found. */
    static final String TAG = "casdm.run";

    private static final Logger LOG = LoggerFactory.getLogger(MlflowRun.class);
    /** The server's limits. */
    private static final int METRICS_AT_ONCE = 1000;

    private static final int PARAMETERS_AT_ONCE = 100;
    private static final int LONGEST_PARAMETER = 500;
    private static final String CONFIGURATION = "config.conf";
    /** The section around everything in such a file. */
    private static final String ROOT = "casdm";

    private final MlflowServer server;
    private final String id;
    private final String artifacts;
    private final boolean isNew;
    /** The last step that the server has of each metric. */
    private final Map<String, Long> lastSteps = new HashMap<>();

    /** What a run is doing. */
    public enum Status {
        RUNNING,
        FINISHED,
        FAILED
    }

    private MlflowRun(MlflowServer server, JsonNode run, boolean isNew) {
        this.server = server;
        this.isNew = isNew;
        id = run.path("info").path("run_id").asText();
        artifacts = run.path("info").path("artifact_uri").asText();
        run.path("data")
                .path("metrics")
                .forEach(metric -> lastSteps.put(
                        metric.path("key").asText(), metric.path("step").asLong()));
    }

    /**
     * Finds or makes the run of a folder.
     *
     * @param url of the server
     * @param experiment its name; made if there is none
     * @param folder the run folder's place
     * @param environment may hold credentials
     * @throws IOException if the server does not answer or refuses
     */
    public static MlflowRun of(String url, String experiment, String folder, Map<String, String> environment)
            throws IOException {
        var server = new MlflowServer(url, environment);
        var experimentId = experiment(server, experiment);
        var search = MlflowServer.JSON.createObjectNode();
        search.putArray("experiment_ids").add(experimentId);
        search.put("filter", "tags.`" + TAG + "` = '" + folder.replace("'", "\\'") + "'");
        search.put("max_results", 1);
        var found = server.post("runs/search", search).path("runs");
        if (!found.isEmpty()) {
            return new MlflowRun(server, found.get(0), false);
        }
        var create = MlflowServer.JSON.createObjectNode();
        create.put("experiment_id", experimentId);
        create.put("run_name", folder.replaceAll("/+$", "").replaceAll(".*/", ""));
        create.put("start_time", Instant.now().toEpochMilli());
        create.putArray("tags").addObject().put("key", TAG).put("value", folder);
        return new MlflowRun(server, server.post("runs/create", create).path("run"), true);
    }

    private static String experiment(MlflowServer server, String name) throws IOException {
        try {
            return server.get("experiments/get-by-name", Map.of("experiment_name", name))
                    .path("experiment")
                    .path("experiment_id")
                    .asText();
        } catch (MlflowServer.NotFound e) {
            return server.post(
                            "experiments/create",
                            MlflowServer.JSON.createObjectNode().put("name", name))
                    .path("experiment_id")
                    .asText();
        }
    }

    /** The server's name of the run. */
    public String id() {
        return id;
    }

    /** Says what the run is doing. */
    public void status(Status status) throws IOException {
        var update = MlflowServer.JSON.createObjectNode().put("run_id", id).put("status", status.name());
        if (status != Status.RUNNING) {
            update.put("end_time", Instant.now().toEpochMilli());
        }
        server.post("runs/update", update);
    }

    /**
     * Gives a new run its parameters; those of a run cannot change.
     *
     * @param configuration HOCON, without credentials
     */
    public void parameters(String configuration) throws IOException {
        if (!isNew) {
            return;
        }
        var batch = MlflowServer.JSON.createObjectNode().put("run_id", id);
        var parameters = batch.putArray("params");
        var whole = ConfigFactory.parseString(configuration);
        var settings = whole.hasPath(ROOT) ? whole.getConfig(ROOT) : whole;
        for (var entry : settings.entrySet()) {
            var value = String.valueOf(entry.getValue().unwrapped());
            parameters
                    .addObject()
                    .put("key", entry.getKey().replace("\"", ""))
                    .put("value", value.substring(0, Math.min(LONGEST_PARAMETER, value.length())));
            if (parameters.size() == PARAMETERS_AT_ONCE) {
                server.post("runs/log-batch", batch);
                parameters.removeAll();
            }
        }
        if (!parameters.isEmpty()) {
            server.post("runs/log-batch", batch);
        }
        artifact(CONFIGURATION, configuration.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends the numbers of lines that the server does not have.
     *
     * @param prefix before their names
     * @param lines by step
     */
    public void metrics(String prefix, List<MetricsLine> lines) throws IOException {
        var batch = MlflowServer.JSON.createObjectNode().put("run_id", id);
        var metrics = batch.putArray("metrics");
        var sent = new HashMap<String, Long>();
        for (var line : lines) {
            long time = time(line.values());
            for (var field : (Iterable<Map.Entry<String, JsonNode>>) line.values()::fields) {
                var name = prefix + field.getKey();
                if (field.getKey().equals("step")
                        || !field.getValue().isNumber()
                        || line.step() <= lastSteps.getOrDefault(name, -1L)) {
                    continue;
                }
                metrics.addObject()
                        .put("key", name)
                        .put("value", field.getValue().asDouble())
                        .put("timestamp", time)
                        .put("step", line.step());
                sent.put(name, line.step());
                if (metrics.size() == METRICS_AT_ONCE) {
                    send(batch, metrics);
                }
            }
        }
        send(batch, metrics);
        lastSteps.putAll(sent);
    }

    private void send(ObjectNode batch, ArrayNode metrics) throws IOException {
        if (!metrics.isEmpty()) {
            server.post("runs/log-batch", batch);
            metrics.removeAll();
        }
    }

    private static long time(ObjectNode values) {
        var text = values.path("time").asText();
        return text.isEmpty()
                ? Instant.now().toEpochMilli()
                : Instant.parse(text).toEpochMilli();
    }

    /**
     * Sends the pictures that the server does not have, below {@code samples/}.
     *
     * @param pictures files, by their names
     */
    public void pictures(FileSystem fileSystem, List<Path> pictures) throws IOException {
        var there = artifacts("samples");
        for (var picture : pictures) {
            var name = "samples/" + picture.getName();
            if (!there.contains(name)) {
                try (var input = fileSystem.open(picture)) {
                    artifact(name, input.readAllBytes());
                }
            }
        }
    }

    private Set<String> artifacts(String folder) throws IOException {
        var names = new HashSet<String>();
        server.get("artifacts/list", Map.of("run_id", id, "path", folder))
                .path("files")
                .forEach(file -> names.add(file.path("path").asText()));
        return names;
    }

    private void artifact(String name, byte[] content) throws IOException {
        var root = root();
        if (root.isPresent()) {
            server.putArtifact(root.get() + "/" + name, content);
        }
    }

    /** Where the server itself stores the run's files; empty where it has its clients do that. */
    private Optional<String> root() {
        var uri = URI.create(artifacts);
        if (!"mlflow-artifacts".equals(uri.getScheme())) {
            LOG.warn(
                    "MLflow keeps this run's files in {} itself; config.conf and pictures are not sent there",
                    artifacts);
            return Optional.empty();
        }
        return Optional.of(uri.getPath().replaceAll("^/+", ""));
    }
}
