package org.casdm.job.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.config.Redaction;

/**
 * Evaluations of several steps that may be compared: made with the same features, reference and sampling.
 *
 * @param id         tells it from others
 * @param conditions in a few words
 * @param comparable whether published numbers may be set beside these
 * @param features   what the images were judged by
 * @param lines      as they are stored, by step
 * @param metrics    of each line the metrics alone, by the names that people know them by
 */
public record EvaluationCurve(
        String id,
        String conditions,
        boolean comparable,
        String features,
        List<MetricsLine> lines,
        List<MetricsLine> metrics) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Sorts evaluations into curves, in the order in which each begins. */
    static List<EvaluationCurve> of(List<MetricsLine> evaluations) {
        var byId = new LinkedHashMap<String, List<MetricsLine>>();
        for (var line : evaluations) {
            byId.computeIfAbsent(line.values().path("curve").asText("?"), id -> new ArrayList<>())
                    .add(line);
        }
        var curves = new ArrayList<EvaluationCurve>();
        byId.forEach((id, lines) -> {
            var first = lines.get(0).values();
            curves.add(new EvaluationCurve(
                    id,
                    conditions(lines.get(0)),
                    first.path("comparable").asBoolean(),
                    features(first),
                    List.copyOf(lines),
                    lines.stream().map(EvaluationCurve::metrics).toList()));
        });
        return curves;
    }

    private static String features(ObjectNode values) {
        var weights = values.at("/features/weights").asText("");
        return Redaction.ofText(values.at("/features/name").asText("an unknown network"))
                + (weights.isEmpty() ? "" : ", weights " + ReportPage.name(weights));
    }

    private static String conditions(MetricsLine line) {
        var values = line.values();
        var reference = values.at("/reference/location").asText("");
        return String.format(
                Locale.ROOT,
                "%,d samples%s",
                values.at("/samples/images").asLong(),
                reference.isEmpty() ? "" : " against " + ReportPage.name(reference));
    }

    private static MetricsLine metrics(MetricsLine line) {
        var metrics = JSON.createObjectNode();
        line.values()
                .path("labels")
                .fields()
                .forEachRemaining(label -> metrics.set(
                        label.getValue().asText(), line.values().path("metrics").path(label.getKey())));
        return new MetricsLine(line.step(), metrics);
    }
}
