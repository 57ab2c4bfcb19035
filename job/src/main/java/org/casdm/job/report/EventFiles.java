package org.casdm.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.config.Redaction;
import org.casdm.failure.DataException;
import org.casdm.job.report.event.EventWriter;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;

/**
 * Writes a {@link RunStory} as TensorBoard's event files: one for the rounds, the grids and the configuration in the
 * folder itself, and one for each curve of evaluations in a subfolder, so that TensorBoard lays the curves over each
 * other. Each file replaces the one of an earlier report. Its name is new and sorts after that one's, as a TensorBoard
 * that is running looks for later files, and not at one again that it has read.
 */
final class EventFiles {

    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.[0-9]+\\.casdm");

    private final RunStory story;
    private final Path folder;
    private final String name;
    private final Configuration hadoop;

    /**
     * @param folder URI of any Hadoop file system; comes into being
     * @param now    orders the files of several reports
     */
    EventFiles(RunStory story, String folder, Instant now, Configuration hadoop) throws DataException {
        this.story = story;
        this.folder = Storage.path(folder);
        name = String.format(Locale.ROOT, "events.out.tfevents.%013d.casdm", now.toEpochMilli());
        this.hadoop = hadoop;
    }

    /** @return how many files were written */
    int write() throws IOException {
        write(folder, begin(story.rounds()), this::writeTraining);
        var curves = EvaluationCurve.of(story.evaluations());
        for (var curve : curves) {
            write(
                    new Path(folder, "evaluation-" + curve.id()),
                    begin(curve.lines()),
                    events -> writeEvaluations(curve, events));
        }
        return 1 + curves.size();
    }

    private interface Content {
        void write(EventWriter events) throws IOException;
    }

    private void write(Path place, Instant begun, Content content) throws IOException {
        var fileSystem = Storage.fileSystem(place, hadoop);
        try (var file = new AtomicFile(fileSystem, new Path(place, name))) {
            content.write(new EventWriter(file.stream(), begun));
            file.publish();
        }
        for (var status : fileSystem.listStatus(place)) {
            var found = status.getPath().getName();
            if (NAME.matcher(found).matches() && found.compareTo(name) < 0) {
                fileSystem.delete(status.getPath(), false);
            }
        }
    }

    private static Instant begin(List<MetricsLine> lines) throws IOException {
        return lines.isEmpty() ? Instant.EPOCH : time(lines.get(0));
    }

    private void writeTraining(EventWriter events) throws IOException {
        if (story.configuration().isPresent()) {
            events.text(
                    begin(story.rounds()),
                    0,
                    "config.conf",
                    codeBlock(story.configuration().get()));
        }
        for (var line : story.rounds()) {
            writeNumbers(events, line, time(line), line.values(), "");
        }
        for (var grid : story.grids()) {
            events.image(grid.time(), grid.step(), "samples", grid.read());
        }
    }

    private static void writeEvaluations(EvaluationCurve curve, EventWriter events) throws IOException {
        var first = curve.lines().get(0);
        events.text(
                time(first),
                first.step(),
                "evaluation/conditions",
                curve.conditions() + "\n\n"
                        + codeBlock(Redaction.ofText(
                                first.values().path("conditions").toPrettyString())));
        for (var i = 0; i < curve.lines().size(); i++) {
            var line = curve.lines().get(i);
            var metrics = curve.metrics().get(i).values().fields();
            while (metrics.hasNext()) {
                var metric = metrics.next();
                events.scalar(
                        time(line),
                        line.step(),
                        "evaluation/" + metric.getKey(),
                        metric.getValue().asDouble());
            }
        }
    }

    /** Numbers, also those of objects within; a diverged loss is a text ("NaN") in the file. */
    private static void writeNumbers(
            EventWriter events, MetricsLine line, Instant time, ObjectNode values, String prefix) throws IOException {
        var fields = values.fields();
        while (fields.hasNext()) {
            var field = fields.next();
            var name = prefix + field.getKey();
            if (name.equals("step") || name.equals("time")) {
                continue;
            }
            if (field.getValue() instanceof ObjectNode object) {
                writeNumbers(events, line, time, object, name + ".");
            } else if (isNumber(field.getValue())) {
                events.scalar(time, line.step(), tag(name), number(field.getValue()));
            }
        }
    }

    private static boolean isNumber(JsonNode value) {
        return value.isNumber() || List.of("NaN", "Infinity", "-Infinity").contains(value.asText());
    }

    private static double number(JsonNode value) {
        return value.isNumber() ? value.asDouble() : Double.parseDouble(value.asText());
    }

    /** TensorBoard shows tags together that are equal up to the slash. */
    private static String tag(String name) {
        return switch (MetricGroup.of(name)) {
            case LOSS, REVERSE_MEAN, BOUND -> "loss/" + (name.equals("loss") ? "total" : name);
            case LPIPS_OF_IMAGES -> name.replace('.', '/');
            case SPEED, TIME -> "speed/" + name;
            case GRADIENT, LEARNING_RATE, PROGRESS, BAD_IMAGES, SKIPPED_STEPS -> "progress/" + name;
            case OTHER -> "other/" + name;
        };
    }

    private static Instant time(MetricsLine line) throws IOException {
        var text = line.values().path("time").asText("");
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IOException(
                    "The metrics of step " + line.step() + " have a time that is not in ISO format: \"" + text + "\"",
                    e);
        }
    }

    private static String codeBlock(String text) {
        return "    " + text.replace("\n", "\n    ");
    }
}
