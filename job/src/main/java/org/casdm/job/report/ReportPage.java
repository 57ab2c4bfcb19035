package org.casdm.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.config.Redaction;

/** Writes a {@link RunStory} as one HTML file that needs nothing else: curves, pictures, tables, configuration. */
final class ReportPage {

    private static final String CURVES_SCRIPT = "META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.iife.min.js";
    private static final String CURVES_STYLE = "META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.min.css";
    private static final String OWN = "org/casdm/job/report/";
    /** Of more grids, some are left out, evenly. */
    static final int MOST_GRIDS = 12;

    private static final int LAST_ROUNDS = 5;
    private static final Pattern PLACE = Pattern.compile("@([a-z-]+)@");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunStory story;
    private final List<Picture> trajectories;
    private final String version;
    private final Instant now;

    /**
     * @param trajectories strips of the denoising, as {@code casdm sample --trajectory} draws them
     * @param version      of the program
     * @param now          told as the time of the report
     */
    ReportPage(RunStory story, List<Picture> trajectories, String version, Instant now) {
        this.story = story;
        this.trajectories = List.copyOf(trajectories);
        this.version = version;
        this.now = now;
    }

    /** @throws IOException if a grid of samples cannot be read */
    String html() throws IOException {
        var page = resource(OWN + "report.html");
        var body = new StringBuilder();
        summary(body);
        var charts = new ArrayList<Chart>();
        charts(body, charts, Chart.ofRounds(Curves.of(story.rounds())));
        pictures(body, "Samples over time", grids(), "grid");
        pictures(body, "From noise to image", trajectories, "strip");
        for (var curve : EvaluationCurve.of(story.evaluations())) {
            body.append("<h2>Evaluations: ").append(escape(curve.conditions())).append("</h2>\n");
            if (!curve.comparable()) {
                body.append("<p class=\"note\">Not comparable with published numbers: features of ")
                        .append(escape(curve.features()))
                        .append("</p>\n");
            }
            charts(body, charts, Chart.ofEvaluations(curve));
            table(body, "Metrics by step", curve.metrics());
        }
        table(body, "Last rounds", lastRounds());
        environment(body);
        story.configuration()
                .ifPresent(text -> body.append("<section><h3>Configuration</h3><details><summary>")
                        .append("config.conf</summary><pre>")
                        .append(escape(text))
                        .append("</pre></details></section>\n"));
        var parts = Map.of(
                "title", escape(story.location()),
                "curves-style", resource(CURVES_STYLE),
                "style", resource(OWN + "report.css"),
                "body", body.toString(),
                "curves-script", resource(CURVES_SCRIPT),
                "data", script(charts),
                "script", resource(OWN + "report.js"));
        return PLACE.matcher(page).replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
    }

    private List<Picture> grids() throws IOException {
        var pictures = new ArrayList<Picture>();
        for (var grid : story.someGrids(MOST_GRIDS)) {
            pictures.add(new Picture(String.format(Locale.ROOT, "step %,d", grid.step()), grid.read()));
        }
        return pictures;
    }

    /** Places for charts, which the page's script draws into by their numbers. */
    private static void charts(StringBuilder body, List<Chart> all, List<Chart> added) {
        if (added.isEmpty()) {
            return;
        }
        body.append("<div class=\"charts\">\n");
        for (var chart : added) {
            body.append("<section><h3>")
                    .append(escape(chart.title()))
                    .append("</h3><div class=\"chart\" data-chart=\"")
                    .append(all.size())
                    .append("\"></div></section>\n");
            all.add(chart);
        }
        body.append("</div>\n");
    }

    /** Of the last rounds what is looked at; the curves have the rest. */
    private List<MetricsLine> lastRounds() {
        var last = story.rounds()
                .subList(
                        Math.max(0, story.rounds().size() - LAST_ROUNDS),
                        story.rounds().size());
        return last.stream()
                .map(line -> {
                    var values = JSON.createObjectNode();
                    line.values().fields().forEachRemaining(field -> {
                        var group = MetricGroup.of(field.getKey());
                        if (!field.getKey().equals("step")
                                && field.getValue().isNumber()
                                && group != MetricGroup.TIME
                                && group != MetricGroup.GRADIENT) {
                            values.set(MetricGroup.label(field.getKey()), field.getValue());
                        }
                    });
                    return new MetricsLine(line.step(), values);
                })
                .toList();
    }

    /** JSON within a script element: nothing in it may end the element. */
    private static String script(List<Chart> charts) {
        try {
            return JSON.writeValueAsString(charts).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void summary(StringBuilder body) {
        body.append("<header><h1>")
                .append(escape(name(story.location())))
                .append("</h1><p>")
                .append(escape(story.location()))
                .append("</p>\n<dl class=\"facts\">");
        story.newest().ifPresent(state -> fact(body, "model", state.modelKind()));
        if (!story.rounds().isEmpty()) {
            var last = story.rounds().get(story.rounds().size() - 1);
            fact(body, "step", String.format(Locale.ROOT, "%,d", last.step()));
            number(body, "images seen", last, "images", "%,.0f");
            number(body, "epochs", last, "epoch", "%.2f");
            number(body, "loss", last, "loss", "%.4f");
            number(body, "images/s", last, "imagesPerSecond", "%.1f");
            number(body, "workers", last, "workers", "%.0f");
            number(body, "bad images", last, "badImages", "%.0f");
        }
        fact(body, "checkpoints", Integer.toString(story.checkpoints().size()));
        body.append("</dl></header>\n");
        if (story.rounds().isEmpty()) {
            body.append("<p>No round is finished yet: there are no curves.</p>\n");
        }
    }

    /** The last part of a location. */
    static String name(String location) {
        return location.replaceAll("/+$", "").replaceAll(".*/", "");
    }

    private static void number(StringBuilder body, String label, MetricsLine line, String key, String format) {
        var value = line.values().path(key);
        if (value.isNumber()) {
            fact(body, label, String.format(Locale.ROOT, format, value.asDouble()));
        } else if (!value.isMissingNode()) {
            fact(body, label, value.asText());
        }
    }

    private static void fact(StringBuilder body, String label, String value) {
        body.append("<div><dt>")
                .append(escape(label))
                .append("</dt><dd>")
                .append(escape(value))
                .append("</dd></div>");
    }

    private static void pictures(StringBuilder body, String title, List<Picture> pictures, String kind) {
        if (pictures.isEmpty()) {
            return;
        }
        body.append("<section><h3>")
                .append(title)
                .append("</h3><div class=\"")
                .append(kind)
                .append("s\">\n");
        for (var picture : pictures) {
            body.append("<figure><img alt=\"")
                    .append(escape(title + ": " + picture.caption()))
                    .append("\" src=\"")
                    .append(picture.dataUri())
                    .append("\"><figcaption>")
                    .append(escape(picture.caption()))
                    .append("</figcaption></figure>\n");
        }
        body.append("</div></section>\n");
    }

    private static void table(StringBuilder body, String title, List<MetricsLine> lines) {
        if (lines.isEmpty()) {
            return;
        }
        var flat = lines.stream().map(line -> Curves.of(List.of(line))).toList();
        var names = flat.stream()
                .flatMap(row -> row.series().keySet().stream())
                .distinct()
                .toList();
        body.append("<section><h3>").append(escape(title)).append("</h3><div class=\"wide\"><table><tr><th>step</th>");
        names.forEach(name -> body.append("<th>").append(escape(name)).append("</th>"));
        body.append("</tr>\n");
        for (var row : flat) {
            body.append("<tr><td>")
                    .append(String.format(Locale.ROOT, "%,d", row.steps().get(0)))
                    .append("</td>");
            for (var name : names) {
                var value =
                        row.series().containsKey(name) ? row.series().get(name).get(0) : null;
                body.append("<td>").append(value == null ? "" : digits(value)).append("</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</table></div></section>\n");
    }

    private static String digits(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%,d", (long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    private void environment(StringBuilder body) {
        body.append("<section><h3>Environment</h3><dl class=\"environment\">");
        fact(body, "report", "casdm " + version + ", " + now.truncatedTo(ChronoUnit.SECONDS));
        story.newest().ifPresent(state -> {
            fact(
                    body,
                    "newest checkpoint",
                    String.format(
                            Locale.ROOT,
                            "step %,d, written by casdm %s at %s",
                            state.step(),
                            state.programVersion(),
                            state.createdAt().truncatedTo(ChronoUnit.SECONDS)));
            fact(body, "workers", state.workerCount() + ", " + state.batchSizePerWorker() + " images a step each");
            fact(
                    body,
                    "moving averages",
                    state.emaRates().stream().map(Object::toString).collect(Collectors.joining(", ")));
            fact(
                    body,
                    "seeds",
                    state.seeds().entrySet().stream()
                            .map(seed -> seed.getKey() + " " + seed.getValue())
                            .collect(Collectors.joining(", ")));
            state.provenance().forEach((key, value) -> fact(body, key, Redaction.ofText(value)));
        });
        body.append("</dl></section>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (var input = ReportPage.class.getClassLoader().getResourceAsStream(name)) {
            if (input == null) {
                throw new IllegalStateException("The job jar lacks " + name);
            }
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
