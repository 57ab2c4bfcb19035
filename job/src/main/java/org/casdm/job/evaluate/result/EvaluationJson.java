package org.casdm.job.evaluate.result;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.casdm.job.ProgramVersion;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;

/** Evaluations as JSON: every number, and all that decides what it may be compared with. */
public final class EvaluationJson {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EvaluationJson() {}

    /** One set's numbers as an object. */
    public static ObjectNode object(Evaluation evaluation, String sparkVersion) {
        var json = JSON.createObjectNode();
        evaluation.step().ifPresent(step -> json.put("step", step));
        json.put("time", Instant.now().toString());
        var metrics = json.putObject("metrics");
        evaluation.values().forEach((metric, value) -> {
            metrics.put(metric.key(), value.value());
            value.beside().forEach((name, number) -> metrics.set(name, JSON.valueToTree(number)));
        });
        var labels = json.putObject("labels");
        evaluation
                .values()
                .keySet()
                .forEach(
                        metric -> labels.put(metric.key(), evaluation.features().label(metric.title())));
        json.putObject("samples")
                .put("location", evaluation.samples())
                .put("images", evaluation.sampleCount())
                .put("skipped", evaluation.sampleSkipped());
        if (evaluation.reference() != null) {
            var reference = json.putObject("reference")
                    .put("location", evaluation.reference())
                    .put("storedStatistics", evaluation.referenceCount().isEmpty());
            evaluation.referenceCount().ifPresent(count -> reference.put("images", count));
        }
        if (evaluation.manifoldSamples() > 0) {
            json.putObject("singleImages")
                    .put("samples", evaluation.manifoldSamples())
                    .put("reference", evaluation.manifoldReference())
                    .put("seed", evaluation.seed());
        }
        var info = evaluation.features();
        var features = json.putObject("features")
                .put("name", info.name())
                .put("variant", info.variant())
                .put("weights", info.weights());
        info.sha256().ifPresent(hash -> features.put("sha256", hash));
        info.qualifier().ifPresent(qualifier -> features.put("qualifier", qualifier));
        features.put("pooledDimension", info.pooledDimension())
                .put("spatialDimension", info.spatialDimension())
                .put("classes", info.classes());
        json.put("comparable", info.comparable());
        json.putObject("versions")
                .put("casdm", ProgramVersion.get())
                .put("spark", sparkVersion)
                .put("java", System.getProperty("java.version"));
        return json;
    }

    /**
     * Writes a file: the object, or an array of them for several sets.
     *
     * @param objects as {@link #object} makes them
     * @param uri of any Hadoop file system; a file that is there is replaced
     */
    public static void write(List<ObjectNode> objects, String uri, Configuration hadoop) throws IOException {
        var text =
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(objects.size() == 1 ? objects.get(0) : objects)
                        + "\n";
        var path = Storage.path(uri);
        AtomicFile.write(Storage.fileSystem(path, hadoop), path, text.getBytes(StandardCharsets.UTF_8));
    }
}
