package org.casdm.job.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A chart as the page's script takes it.
 *
 * @param title       above it
 * @param unit        of the vertical axis; empty for none
 * @param steps       of the horizontal axis
 * @param series      values by label, each as long as the steps; null where there is none
 * @param logarithmic whether the vertical axis is, where all values are above 0
 * @param spread      whether the series are quantiles from the smallest to the largest, and lie around their middle
 */
record Chart(
        String title,
        String unit,
        List<Long> steps,
        Map<String, List<Double>> series,
        boolean logarithmic,
        boolean spread) {

    /** The charts of the rounds: one for each group of metrics in which something is to be seen. */
    static List<Chart> ofRounds(Curves rounds) {
        var groups = new EnumMap<MetricGroup, List<String>>(MetricGroup.class);
        rounds.series()
                .keySet()
                .forEach(name -> groups.computeIfAbsent(MetricGroup.of(name), group -> new ArrayList<>())
                        .add(name));
        groups.remove(MetricGroup.PROGRESS);
        groups.entrySet()
                .removeIf(group -> group.getKey().isOfTrouble()
                        && !rounds.only(group.getValue()).hasOtherThanZero());
        var charts = new ArrayList<Chart>();
        groups.forEach((group, names) -> {
            var series = new LinkedHashMap<String, List<Double>>();
            names.forEach(
                    name -> series.put(MetricGroup.label(name), rounds.series().get(name)));
            charts.add(new Chart(
                    group.title(),
                    group.unit(),
                    rounds.steps(),
                    series,
                    group.logarithmic(),
                    group == MetricGroup.LPIPS_OF_IMAGES));
        });
        return charts;
    }

    /** A chart for each metric of a curve of evaluations. */
    static List<Chart> ofEvaluations(EvaluationCurve curve) {
        var metrics = Curves.of(curve.metrics());
        return metrics.series().entrySet().stream()
                .map(metric -> new Chart(
                        metric.getKey(), "", metrics.steps(), Map.of(metric.getKey(), metric.getValue()), false, false))
                .toList();
    }
}
