package org.casdm.job.evaluate.result;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Evaluations as a table for people. */
public final class EvaluationTable {

    private EvaluationTable() {}

    /** Prints a table of each set of samples, or one with a line for each if they are several. */
    public static void print(List<Evaluation> evaluations, PrintWriter output) {
        if (evaluations.size() == 1) {
            printOne(evaluations.get(0), output);
        } else {
            printMany(evaluations, output);
        }
        var info = evaluations.get(0).features();
        output.printf(
                Locale.ROOT,
                "Features: %s, %s; weights %s%s%n",
                info.name(),
                info.variant(),
                info.weights(),
                info.sha256().map(hash -> ", SHA-256 " + hash).orElse(""));
        if (!info.comparable()) {
            output.println("Not comparable with published numbers.");
        }
        output.flush();
    }

    private static void printOne(Evaluation evaluation, PrintWriter output) {
        output.printf(Locale.ROOT, "Samples:   %s (%,d images)%n", evaluation.samples(), evaluation.sampleCount());
        if (evaluation.reference() != null) {
            output.printf(
                    Locale.ROOT,
                    "Reference: %s (%s)%n",
                    evaluation.reference(),
                    evaluation.referenceCount().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    "%,d images",
                                    evaluation.referenceCount().getAsLong())
                            : "stored statistics");
        }
        int width = evaluation.values().keySet().stream()
                .mapToInt(metric -> evaluation.features().label(metric.title()).length())
                .max()
                .orElse(0);
        evaluation.values().forEach((metric, value) -> {
            var text = new StringBuilder();
            value.beside()
                    .forEach((name, number) -> text.append(text.isEmpty() ? "   " : ", ")
                            .append(name)
                            .append(' ')
                            .append(format(number.doubleValue())));
            output.printf(
                    Locale.ROOT,
                    "  %-" + width + "s  %10s%s%n",
                    evaluation.features().label(metric.title()),
                    format(value.value()),
                    text);
        });
        if (evaluation.manifoldSamples() > 0) {
            output.printf(
                    Locale.ROOT,
                    "  metrics of single images looked at %,d samples and %,d images of the reference set%n",
                    evaluation.manifoldSamples(),
                    evaluation.manifoldReference());
        }
    }

    private static void printMany(List<Evaluation> evaluations, PrintWriter output) {
        var first = evaluations.get(0);
        output.printf(Locale.ROOT, "%10s  %9s", "step", "images");
        first.values()
                .keySet()
                .forEach(metric ->
                        output.printf(Locale.ROOT, "  %15s", first.features().label(metric.title())));
        output.println("  samples");
        for (var evaluation : evaluations) {
            output.printf(
                    Locale.ROOT,
                    "%10s  %9d",
                    evaluation.step().isPresent()
                            ? Long.toString(evaluation.step().getAsLong())
                            : "-",
                    evaluation.sampleCount());
            evaluation.values().values().forEach(value -> output.printf(Locale.ROOT, "  %15s", format(value.value())));
            output.println("  " + evaluation.samples());
        }
    }

    private static String format(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return Math.abs(value) < 0.01
                ? String.format(Locale.ROOT, "%.3e", value)
                : String.format(Locale.ROOT, "%.4f", value);
    }
}
