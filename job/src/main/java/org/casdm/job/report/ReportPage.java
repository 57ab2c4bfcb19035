package org.casdm.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.casdm.checkpoint.MetricsLine;

/** Writes a {@link RunStory} as one HTML file that needs nothing else: curves, pictures, tables, configuration. */
final class ReportPage {

    private static final String CURVES_SCRIPT = "META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.iife.min.js";
    private static final String CURVES_STYLE = "META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.min.css";
    private static final String OWN = "org/casdm/job/report/";
    /** What a round's line holds besides the loss and its terms. */
    private static final List<String> NO_LOSSES = List.of("images", "epoch", "learningRate", "imagesPerSecond",
            "roundSeconds", "computeSeconds", "dataSeconds", "publishSeconds", "workers", "badImages");
    private static final String LPIPS_OF_IMAGES = "lpipsOfImages";
    private static final int LAST_ROUNDS = 5;
    private static final Pattern PLACE = Pattern.compile("@([a-z-]+)@");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunStory story;
    private final String version;
    private final Instant now;

    /**
     * @param version of the program
     * @param now     told as the time of the report
     */
    ReportPage(RunStory story, String version, Instant now) {
        this.story = story;
        this.version = version;
        this.now = now;
    }

    String html() {
        var page = resource(OWN + "report.html");
        var body = new StringBuilder();
        summary(body);
        var charts = charts();
        charts.forEach((title, chart) -> body.append("<section><h2>").append(escape(title))
                .append("</h2><div class=\"chart\" data-chart=\"").append(escape(title))
                .append("\"></div></section>\n"));
        pictures(body, "Samples over time", story.samples(), "grid");
        pictures(body, "From noise to image", story.trajectories(), "strip");
        evaluationCurves().forEach((conditions, lines) -> table(body, "Evaluations, " + conditions, lines));
        table(body, "Last rounds", story.rounds()
                .subList(Math.max(0, story.rounds().size() - LAST_ROUNDS), story.rounds().size()));
        environment(body);
        story.configuration().ifPresent(text -> body.append("<section><h2>Configuration</h2><details><summary>")
                .append("config.conf</summary><pre>").append(escape(text)).append("</pre></details></section>\n"));
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

    private Map<String, Chart> charts() {
        var rounds = Curves.of(story.rounds());
        var spread = rounds.series().keySet().stream().filter(name -> name.startsWith(LPIPS_OF_IMAGES)).toList();
        var others = new ArrayList<>(NO_LOSSES);
        others.addAll(spread);
        var charts = new LinkedHashMap<String, Chart>();
        add(charts, "Loss and its terms", rounds.without(others), true);
        add(charts, "LPIPS of single images", rounds.only(spread), false);
        add(charts, "Images per second", rounds.only(List.of("imagesPerSecond")), false);
        add(charts, "Seconds of a round", rounds.only(List.of("roundSeconds", "computeSeconds", "dataSeconds",
                "publishSeconds")), false);
        add(charts, "Learning rate", rounds.only(List.of("learningRate")), false);
        evaluationCurves().forEach((conditions, lines) -> {
            var curves = Curves.of(lines);
            curves.series().keySet().forEach(
                    name -> add(charts, name + ", " + conditions, curves.only(List.of(name)), false));
        });
        return charts;
    }

    /** The evaluations by what they were made with; of each line the metrics, by the names that people know. */
    private Map<String, List<MetricsLine>> evaluationCurves() {
        var curves = new LinkedHashMap<String, List<MetricsLine>>();
        for (var line : story.evaluations()) {
            var values = line.values();
            var conditions = String.format(Locale.ROOT, "%,d samples against %s, curve %s",
                    values.at("/samples/images").asLong(), name(values.at("/reference/location").asText("no reference")),
                    values.path("curve").asText("?"));
            var metrics = JSON.createObjectNode();
            values.path("labels").fields().forEachRemaining(
                    label -> metrics.set(label.getValue().asText(), values.path("metrics").path(label.getKey())));
            curves.computeIfAbsent(conditions, key -> new ArrayList<>()).add(new MetricsLine(line.step(), metrics));
        }
        return curves;
    }

    private static void add(Map<String, Chart> charts, String title, Curves curves, boolean logarithmic) {
        if (!curves.isEmpty() && !curves.series().isEmpty()) {
            charts.put(title, new Chart(curves.steps(), curves.series(), logarithmic));
        }
    }

    /** A chart as the page's script takes it. */
    private record Chart(List<Long> steps, Map<String, List<Double>> series, boolean logarithmic) {
    }

    /** JSON within a script element: nothing in it may end the element. */
    private static String script(Map<String, Chart> charts) {
        try {
            return JSON.writeValueAsString(charts).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void summary(StringBuilder body) {
        body.append("<header><h1>").append(escape(name(story.location()))).append("</h1><p>")
                .append(escape(story.location())).append("</p>\n<dl class=\"facts\">");
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

    private static String name(String location) {
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
        body.append("<div><dt>").append(escape(label)).append("</dt><dd>").append(escape(value)).append("</dd></div>");
    }

    private static void pictures(StringBuilder body, String title, List<Picture> pictures, String kind) {
        if (pictures.isEmpty()) {
            return;
        }
        body.append("<section><h2>").append(title).append("</h2><div class=\"").append(kind).append("s\">\n");
        for (var picture : pictures) {
            body.append("<figure><img alt=\"").append(escape(title + ": " + picture.caption())).append("\" src=\"")
                    .append(picture.dataUri()).append("\"><figcaption>").append(escape(picture.caption()))
                    .append("</figcaption></figure>\n");
        }
        body.append("</div></section>\n");
    }

    private static void table(StringBuilder body, String title, List<MetricsLine> lines) {
        if (lines.isEmpty()) {
            return;
        }
        var flat = lines.stream().map(line -> Curves.of(List.of(line))).toList();
        var names = flat.stream().flatMap(row -> row.series().keySet().stream()).distinct().toList();
        body.append("<section><h2>").append(escape(title)).append("</h2><div class=\"wide\"><table><tr><th>step</th>");
        names.forEach(name -> body.append("<th>").append(escape(name)).append("</th>"));
        body.append("</tr>\n");
        for (var row : flat) {
            body.append("<tr><td>").append(String.format(Locale.ROOT, "%,d", row.steps().get(0))).append("</td>");
            for (var name : names) {
                var value = row.series().containsKey(name) ? row.series().get(name).get(0) : null;
                body.append("<td>").append(value == null ? "" : digits(value)).append("</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</table></div></section>\n");
    }

    private static String digits(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? String.format(Locale.ROOT, "%,d", (long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    private void environment(StringBuilder body) {
        body.append("<section><h2>Environment</h2><dl class=\"environment\">");
        fact(body, "report", "casdm " + version + ", " + now.truncatedTo(ChronoUnit.SECONDS));
        story.newest().ifPresent(state -> {
            fact(body, "newest checkpoint", String.format(Locale.ROOT, "step %,d, written by casdm %s at %s",
                    state.step(), state.programVersion(), state.createdAt().truncatedTo(ChronoUnit.SECONDS)));
            fact(body, "workers", state.workerCount() + ", " + state.batchSizePerWorker() + " images a step each");
            fact(body, "moving averages", state.emaRates().toString());
            fact(body, "seeds", state.seeds().toString());
            state.provenance().forEach((key, value) -> fact(body, key, value));
        });
        body.append("</dl></section>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
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
