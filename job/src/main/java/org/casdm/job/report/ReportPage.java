package org.casdm.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
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
        var charts = charts();
        charts.forEach((title, chart) -> body.append("<section><h2>").append(escape(title))
                .append("</h2><div class=\"chart\" data-chart=\"").append(escape(title))
                .append("\"></div></section>\n"));
        pictures(body, "Samples over time", grids(), "grid");
        pictures(body, "From noise to image", trajectories, "strip");
        for (var curve : EvaluationCurve.of(story.evaluations())) {
            table(body, "Evaluations, " + curve.conditions(), curve.metrics());
        }
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

    private List<Picture> grids() throws IOException {
        var pictures = new ArrayList<Picture>();
        for (var grid : story.someGrids(MOST_GRIDS)) {
            pictures.add(new Picture(String.format(Locale.ROOT, "step %,d", grid.step()), grid.read()));
        }
        return pictures;
    }

    private Map<String, Chart> charts() {
        var rounds = Curves.of(story.rounds());
        var groups = new EnumMap<MetricGroup, List<String>>(MetricGroup.class);
        rounds.series().keySet().forEach(
                name -> groups.computeIfAbsent(MetricGroup.of(name), group -> new ArrayList<>()).add(name));
        var charts = new LinkedHashMap<String, Chart>();
        groups.forEach((group, names) -> {
            if (group != MetricGroup.PROGRESS) {
                add(charts, group.title(), rounds.only(names), group == MetricGroup.LOSS);
            }
        });
        for (var curve : EvaluationCurve.of(story.evaluations())) {
            var curves = Curves.of(curve.metrics());
            curves.series().keySet().forEach(
                    name -> add(charts, name + ", " + curve.conditions(), curves.only(List.of(name)), false));
        }
        return charts;
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
