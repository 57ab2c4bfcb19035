package org.casdm.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.casdm.checkpoint.MetricsLine;

/**
 * Numbers over steps, as columns for plotting.
 *
 * @param steps  ascending
 * @param series values by name, each as long as the steps; null where there is none
 */
record Curves(List<Long> steps, Map<String, List<Double>> series) {

    /** More points than a screen is wide only make a page large. */
    static final int MOST_POINTS = 2000;

    Curves {
        steps = List.copyOf(steps);
        for (var values : series.values()) {
            if (values.size() != steps.size()) {
                throw new IllegalArgumentException(values.size() + " values for " + steps.size() + " steps");
            }
        }
    }

    /**
     * All numbers of metrics' lines; those of objects within are called {@code outer.inner}. Of more lines than
     * {@value #MOST_POINTS}, neighbours are taken together, as means.
     */
    static Curves of(List<MetricsLine> lines) {
        var names = new LinkedHashSet<String>();
        var rows = new ArrayList<Map<String, Double>>();
        for (var line : lines) {
            var row = numbers(line.values());
            row.remove("step");
            names.addAll(row.keySet());
            rows.add(row);
        }
        var together = Math.max(1, (lines.size() + MOST_POINTS - 1) / MOST_POINTS);
        var steps = new ArrayList<Long>();
        var series = new LinkedHashMap<String, List<Double>>();
        names.forEach(name -> series.put(name, new ArrayList<>()));
        for (var from = 0; from < lines.size(); from += together) {
            var to = Math.min(lines.size(), from + together);
            steps.add(lines.get(to - 1).step());
            var group = rows.subList(from, to);
            series.forEach((name, values) -> values.add(mean(group, name)));
        }
        return new Curves(steps, series);
    }

    private static Double mean(List<Map<String, Double>> rows, String name) {
        var mean = rows.stream()
                .map(row -> row.get(name))
                .filter(value -> value != null && Double.isFinite(value))
                .mapToDouble(Double::doubleValue)
                .average();
        return mean.isPresent() ? mean.getAsDouble() : null;
    }

    private static Map<String, Double> numbers(JsonNode object) {
        var numbers = new LinkedHashMap<String, Double>();
        object.fields().forEachRemaining(field -> {
            if (field.getValue().isNumber()) {
                numbers.put(field.getKey(), field.getValue().asDouble());
            } else if (field.getValue().isObject()) {
                numbers(field.getValue()).forEach((name, value) -> numbers.put(field.getKey() + "." + name, value));
            }
        });
        return numbers;
    }

    /** The named series alone, of those that there are. */
    Curves only(List<String> names) {
        var chosen = new LinkedHashMap<String, List<Double>>();
        names.stream().filter(series::containsKey).forEach(name -> chosen.put(name, series.get(name)));
        return new Curves(steps, chosen);
    }

    /** Whether any number is not 0. */
    boolean hasOtherThanZero() {
        return series.values().stream().flatMap(List::stream).anyMatch(value -> value != null && value != 0);
    }
}
